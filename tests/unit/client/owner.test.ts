/** Whose the unsent messages are: the page's person's, from the first one on, and nobody sends those of somebody else. */
import { describe, expect, it } from 'bun:test';
import { createIndexedDbOutboxStore } from '../../../src/lib/client/indexed-db-store.ts';
import type { ClientOptions } from '../../../src/lib/client/options.ts';
import type { FakeTab } from '../../support/fake-browser.ts';
import { say, shown, start } from './indexed-db-harness.ts';

function browser() {
	const all = start();
	const as = (userId: string, tab: FakeTab = all.browser.open(), options: ClientOptions = {}) => {
		all.server.welcome = { user: { id: userId, name: userId } };
		const client = all.create({ store: createIndexedDbOutboxStore(tab), page: tab.page, userId, ...options });
		return { client, tab };
	};
	const reload = ({ storage }: FakeTab) => all.browser.open({ storage, isReload: true });
	return { ...all, as, reload };
}

describe('a page that knows its person', () => {
	it('never connected, then reloaded as somebody else -> a client of its own, and nothing of the one before is seen or sent', async () => {
		const { as, kill, reload, wait, log } = browser();
		const ann = as('ann');
		say(ann.client, 'of Ann');
		await wait(0);
		kill(ann);
		const bob = as('bob', reload(ann.tab));
		bob.client.connect();
		await wait(40_000);
		expect(bob.client.id).not.toBe(ann.client.id);
		expect([shown(bob.client), log()]).toEqual([[], []]);
		say(bob.client, 'of Bob');
		await wait(100);
		expect(log()).toEqual(['of Bob']);
		bob.client.close();
	});

	it('reloaded as the same -> the same client, and what waited is sent', async () => {
		const { as, kill, reload, wait, log } = browser();
		const ann = as('ann');
		say(ann.client, 'of Ann');
		await wait(0);
		kill(ann);
		const again = as('ann', reload(ann.tab));
		again.client.connect();
		await wait(100);
		expect(again.client.id).toBe(ann.client.id);
		expect(log()).toEqual(['of Ann']);
		again.client.close();
	});

	it('what a closed tab left that never connected -> another tab of the same person sends it, one of another does not', async () => {
		const { as, kill, wait, log } = browser();
		const ann = as('ann');
		say(ann.client, 'of Ann');
		await wait(0);
		kill(ann);
		const bob = as('bob');
		bob.client.connect();
		await wait(40_000);
		expect(log()).toEqual([]);
		bob.client.close();
		const later = as('ann');
		later.client.connect();
		await wait(5_000);
		expect(log()).toEqual(['of Ann']);
		later.client.close();
	});

	it('is welcomed as somebody else, for another tab has signed in -> nothing of it goes in that name', async () => {
		const { as, wait, log, server } = browser();
		const ann = as('ann');
		say(ann.client, 'of Ann');
		server.welcome = { user: { id: 'bob', name: 'Bob' } };
		ann.client.connect();
		await wait(100);
		expect(log()).toEqual([]);
		expect(shown(ann.client)).toEqual(['of Ann failed']);
		expect(ann.client.outbox('lobby')[0]?.error?.code).toBe('forbidden');
		say(ann.client, 'of Bob');
		await wait(100);
		expect(log()).toEqual(['of Bob']);
		ann.client.close();
	});

	it('has lost its identity and renewed it from here -> the same person goes on, and what they wrote goes along', async () => {
		const { as, wait, log, server } = browser();
		const renew = async () => {
			server.door = null;
			server.welcome = { user: { id: 'new', name: 'New' } };
		};
		const ann = as('ann', undefined, { renew });
		server.door = 4001;
		say(ann.client, 'of Ann');
		ann.client.connect();
		await wait(5_000);
		expect(log()).toEqual(['of Ann']);
		expect(ann.client.user?.id).toBe('new');
		ann.client.close();
	});
});

describe('a name', () => {
	it('changed elsewhere -> the client hears of it, over a frame or the next welcome of a stay on HTTP', async () => {
		const { as, wait, server } = browser();
		const { client } = as('ann');
		const names: string[] = [];
		client.on('user', ({ name }) => names.push(name));
		client.connect();
		await wait(100);
		server.last.send({ type: 'user', user: { id: 'ann', name: 'Anna' } });
		await wait(10);
		expect(client.user?.name).toBe('Anna');
		const state = client.state.name === 'connected' ? client.state : expect.unreachable();
		server.last.send({ ...state.welcome, user: { id: 'ann', name: 'Annie' } });
		await wait(10);
		expect([names, client.user?.name]).toEqual([['Anna', 'Annie'], 'Annie']);
		client.close();
	});
});
