/** The outbox in IndexedDB: what outlives a tab, who sends it, and what happens where the browser refuses. */
import { describe, expect, it } from 'bun:test';
import { say, shown, start } from './indexed-db-harness.ts';

describe('outbox in IndexedDB', () => {
	it('reload -> the same id, a higher connection number, the unsent first, no seq twice', async () => {
		const { open, reload, wait, log, server } = start();
		const before = open();
		say(before.client, 1);
		before.client.connect();
		await wait(100);
		server.loseAck = () => true;
		say(before.client, 2);
		await wait(100);
		server.last.over = true;
		say(before.client, 3);
		await wait(0);
		const { id } = before.client;
		const { client } = reload(before);
		server.loseAck = () => false;
		say(client, 4);
		client.connect();
		await wait(100);
		expect(client.id).toBe(id);
		expect(server.last.hello?.connectionNumber).toBe(2);
		expect(server.log('lobby').messages.map(({ seq, client, data }) => [client, seq, data])).toEqual(
			[1, 2, 3, 4].map((number) => [id, number, number]),
		);
		expect(log()).toEqual([1, 2, 3, 4]);
		expect(client.getConnectionState().storage).toBe('durable');
		client.close();
	});

	it('reload while the old document still holds its lock -> waits for it', async () => {
		const { life, open, kill, browser, wait } = start();
		const before = open();
		say(before.client, 1);
		await wait(0);
		const { client } = life(browser.open({ storage: before.tab.storage, isReload: true }));
		client.connect();
		await wait(1_000);
		expect(client.state.name).toBe('connecting');
		kill(before);
		await wait(100);
		expect(client.id).toBe(before.client.id);
		expect(client.state.name).toBe('connected');
		client.close();
	});

	it('T-56: a duplicated tab -> an id of its own, both go on', async () => {
		const { life, open, browser, wait, log, states } = start();
		const one = open();
		one.client.connect();
		await wait(100);
		const two = life(browser.open({ storage: new Map(one.tab.storage) }));
		two.client.connect();
		await wait(1_000);
		expect(two.client.id).not.toBe(one.client.id);
		say(one.client, 'a');
		await wait(50);
		say(two.client, 'b');
		await wait(50);
		expect(log()).toEqual(['a', 'b']);
		expect(states).not.toContain('closed');
		one.client.close();
		two.client.close();
	});

	it('killed -> an open tab sends what it left after the grace, under its id and numbers -> the database is empty', async () => {
		const { open, kill, browser, wait, log, server } = start();
		const watcher = open();
		watcher.client.connect();
		await wait(100);
		const dead = open();
		say(dead.client, 1, 2, 3);
		await wait(0);
		watcher.tab.window.dispatchEvent(new Event('online'));
		await wait(0);
		kill(dead);
		await wait(1_900);
		expect(log()).toEqual([]);
		await wait(300);
		expect(log()).toEqual([1, 2, 3]);
		expect(server.log('lobby').messages.map(({ client, seq }) => [client, seq])).toEqual(
			[1, 2, 3].map((seq) => [dead.client.id, seq]),
		);
		await wait(100);
		expect(browser.held).toEqual([`holdfast:client:${watcher.client.id}`]);
		// The tab comes back from wherever it was: nothing of its id is known any more, so it begins anew.
		const again = open({ storage: dead.tab.storage });
		say(again.client, 4);
		again.client.connect();
		await wait(500);
		expect(again.client.id).not.toBe(dead.client.id);
		expect(log()).toEqual([1, 2, 3, 4]);
		for (const { client } of [watcher, again]) client.close();
	});

	it('a reload is not robbed by another tab', async () => {
		const { open, reload, wait, log } = start();
		const watcher = open();
		watcher.client.connect();
		const before = open();
		say(before.client, 1);
		await wait(100);
		watcher.tab.window.dispatchEvent(new Event('online'));
		await wait(0);
		const { client } = reload(before);
		await wait(5_000);
		expect(client.id).toBe(before.client.id);
		expect(shown(client)).toEqual(['1 queued']);
		expect(log()).toEqual([]);
		client.connect();
		await wait(100);
		expect(log()).toEqual([1]);
		for (const each of [watcher.client, client]) each.close();
	});

	it('what was refused stays, with its reason, over a reload and a takeover', async () => {
		const { open, reload, kill, wait, server } = start();
		server.refuse = ({ data }) => (data === 'bad' ? { code: 'invalid-data', message: 'not this', retry: false } : null);
		const before = open();
		say(before.client, 'bad');
		before.client.connect();
		await wait(100);
		const again = reload(before);
		await wait(0);
		expect(again.client.outbox('lobby')).toMatchObject([
			{ data: 'bad', status: 'failed', error: { code: 'invalid-data', message: 'not this' } },
		]);
		kill(again);
		const other = open();
		other.client.connect();
		await wait(3_000);
		const [item] = other.client.outbox('lobby');
		expect(item).toMatchObject({ data: 'bad', status: 'failed', error: { code: 'invalid-data' } });
		if (item) other.client.discard(item);
		await wait(100);
		expect(shown(other.client)).toEqual([]);
		other.client.close();
	});

	it('another person -> takes over nothing; the same person later does', async () => {
		const { open, kill, wait, log, server } = start();
		const ann = open();
		ann.client.connect();
		await wait(100);
		server.last.silent = true;
		say(ann.client, 'from Ann');
		await wait(0);
		kill(ann);
		server.welcome = { user: { id: 'bob', name: 'Bob' } };
		const bob = open();
		bob.client.connect();
		await wait(40_000);
		expect(log()).toEqual([]);
		expect(shown(bob.client)).toEqual([]);
		bob.client.close();
		server.welcome = {};
		const later = open();
		later.client.connect();
		await wait(5_000);
		expect(log()).toEqual(['from Ann']);
		later.client.close();
	});

	it('signed in as somebody else in the same tab -> a new id; what was left fails, what was just written goes', async () => {
		const { open, create, wait, log, server } = start();
		const { tab, store, client } = open();
		client.connect();
		await wait(100);
		server.last.silent = true;
		say(client, 'from Ann');
		await wait(0);
		client.close();
		server.welcome = { user: { id: 'bob', name: 'Bob' } };
		const bob = create({ store, page: tab.page });
		say(bob, 'from Bob');
		bob.connect();
		await wait(100);
		expect(bob.id).not.toBe(client.id);
		expect(log()).toEqual(['from Bob']);
		expect(shown(bob)).toEqual(['from Ann failed']);
		expect(bob.outbox('lobby')[0]?.error?.code).toBe('forbidden');
		say(bob, 'more');
		await wait(100);
		server.last.close(1006);
		await wait(3_000);
		say(bob, 'even more');
		await wait(100);
		expect(server.last.hello?.client).toBe(bob.id);
		expect(log()).toEqual(['from Bob', 'more', 'even more']);
		expect(new Set(server.log('lobby').messages.map((message) => message.client))).toEqual(new Set([bob.id]));
		bob.close();
	});

	it('a new client of the same page (a change of name) -> the same id, nothing lost', async () => {
		const { open, wait, log, server } = start();
		const { client, create } = open();
		client.connect();
		await wait(100);
		server.last.silent = true;
		say(client, 1, 2);
		client.close();
		const renamed = create();
		expect(renamed.id).toBe(client.id);
		say(renamed, 3);
		renamed.connect();
		await wait(100);
		expect(log()).toEqual([1, 2, 3]);
		renamed.close();
	});
});
