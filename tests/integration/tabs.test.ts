/** T-20: eight tabs of one browser over HTTP share one listening request, and none of them notices. */
import { afterAll, describe, expect, it } from 'bun:test';
import { type Client, createClient } from '../../src/lib/client/index.ts';
import type { Fetch } from '../../src/lib/transports/http-request.ts';
import { longPollingTransport } from '../../src/lib/transports/long-polling.ts';
import { FakeBrowser } from '../support/fake-tabs.ts';
import { startInProcess } from '../support/in-process.ts';
import { until } from '../support/until.ts';

const server = await startInProcess();
afterAll(() => server.close());

interface Tab {
	client: Client;
	texts: string[];
	signals: unknown[];
	close(): void;
}

function browser(cookie: string) {
	const tabs = new FakeBrowser();
	/** Requests that the server may hold, now. */
	let holding = 0;
	const counts = { most: 0 };
	const fetchAs: Fetch = async (url, init) => {
		const holds = /"waitMs":[1-9]/.test(String(init.body));
		if (holds) holding += 1;
		counts.most = Math.max(counts.most, holding);
		try {
			return await fetch(url, { ...init, headers: { ...init.headers, cookie } });
		} finally {
			if (holds) holding -= 1;
		}
	};
	const open = async (...rooms: string[]): Promise<Tab> => {
		const transport = longPollingTransport({ fetch: fetchAs, tabs: tabs.tab() });
		const client = createClient({ url: `${server.url}/api/websocket`, transport });
		const texts: string[] = [];
		const signals: unknown[] = [];
		for (const room of rooms)
			client.subscribe(room, {
				message: ({ data }) => void texts.push(JSON.stringify(data)),
				signal: ({ data }) => void signals.push(data),
			});
		const isLive = new Promise<void>((resolve) => client.on('live', resolve));
		client.connect();
		await isLive;
		return { client, texts, signals, close: () => client.close() };
	};
	return { open, counts, holding: () => holding };
}

const say = (tab: Tab, room: string, text: string) => tab.client.send(room, 'chat', { text }).stored;

describe('one listening request a browser', () => {
	it('T-20: eight tabs, one request is held; everybody hears everything in order', async () => {
		const { open, counts, holding } = browser(await server.cookie('ann'));
		const tabs = await Promise.all(Array.from({ length: 8 }, () => open('eight')));
		await until(() => holding() === 1, 'one tab listens');
		for (const [index, tab] of tabs.entries()) await say(tab, 'eight', `from ${index}`);
		const all = tabs.map((_, index) => JSON.stringify({ text: `from ${index}` }));
		for (const { texts } of tabs) {
			await until(() => texts.length === 8, 'everybody has heard');
			expect(texts).toEqual(all);
		}
		expect(counts.most).toBe(1);
		for (const tab of tabs) tab.close();
	});

	it('a room of another tab alone: its news come through the tab that listens, which shows none of it', async () => {
		const { open, holding } = browser(await server.cookie('ann'));
		const first = await open('mine');
		await until(() => holding() === 1, 'the first listens');
		const second = await open('theirs');
		const bob = browser(await server.cookie('bob'));
		const other = await bob.open('theirs', 'mine');
		for (const text of ['one', 'two', 'three']) await say(other, 'theirs', text);
		await until(() => second.texts.length === 3, 'the second has heard');
		await say(other, 'mine', 'for the first');
		await until(() => first.texts.length === 1, 'the first has heard');
		expect([first.texts.length, second.texts.length]).toEqual([1, 3]);
		await until(() => holding() === 1, 'one listens again');
		for (const tab of [first, second, other]) tab.close();
	});

	it('signals, which nobody can ask for, ride along with the hint', async () => {
		const { open, holding } = browser(await server.cookie('ann'));
		const first = await open('typing');
		await until(() => holding() === 1, 'the first listens');
		const second = await open('typing');
		const bob = browser(await server.cookie('bob'));
		const other = await bob.open('typing');
		await until(() => {
			if (second.signals.length === 0) other.client.signal('typing', 'typing', { on: true });
			return first.signals.length > 0 && second.signals.length > 0;
		}, 'both have it');
		for (const tab of [first, second, other]) tab.close();
	});

	it('the tab that listens is closed -> another one listens, nothing is missed', async () => {
		const { open, holding, counts } = browser(await server.cookie('ann'));
		const tabs = [await open('heir'), await open('heir'), await open('heir')] as const;
		await until(() => holding() === 1, 'one listens');
		const bob = browser(await server.cookie('bob'));
		const other = await bob.open('heir');
		await say(other, 'heir', 'before');
		tabs[0].close();
		await say(other, 'heir', 'meanwhile');
		await until(() => holding() === 1, 'an heir listens');
		await say(other, 'heir', 'after');
		for (const { texts } of [tabs[1], tabs[2]]) {
			await until(() => texts.length === 3, 'everything has come');
			expect(texts.map((text) => JSON.parse(text).text)).toEqual(['before', 'meanwhile', 'after']);
		}
		expect(counts.most).toBe(1);
		for (const tab of [...tabs, other]) tab.close();
	});
});
