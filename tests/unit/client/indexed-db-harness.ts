/** Tabs of a fake browser over a real IndexedDB in memory: what the tests of the outbox store share. */
import 'fake-indexeddb/auto';
import { createIndexedDbOutboxStore } from '../../../src/lib/client/indexed-db-store.ts';
import type { Client } from '../../../src/lib/client/types.ts';
import { FakeBrowser, type FakeTab, pass } from '../../support/fake-browser.ts';
import { setup, texts } from './harness.ts';

export function start() {
	const all = setup();
	const { clock, server, create } = all;
	const browser = new FakeBrowser(clock);
	const life = (tab: FakeTab) => {
		const store = createIndexedDbOutboxStore(tab);
		const client = create({ store, page: tab.page });
		return { tab, store, client, create: () => create({ store, page: tab.page }) };
	};
	type Life = ReturnType<typeof life>;
	/** Without a word to anybody, as a crash is. */
	const kill = ({ tab, client }: Pick<Life, 'tab' | 'client'>) => {
		for (const each of server.connections) if (each.hello?.client === client.id) each.over = true;
		client.close();
		browser.kill(tab);
	};
	return {
		...all,
		browser,
		life,
		kill,
		open: (tab: Partial<FakeTab> = {}) => life(browser.open(tab)),
		reload(before: Life) {
			kill(before);
			return life(browser.open({ storage: before.tab.storage, isReload: true }));
		},
		log: () => texts(server.log('lobby').messages),
		wait: (ms: number) => pass(clock, ms),
	};
}

export const say = (client: Client, ...data: unknown[]) => {
	for (const each of data) client.send('lobby', 'chat', each);
};
export const shown = (client: Client) => client.outbox('lobby').map(({ data, status }) => `${data} ${status}`);
