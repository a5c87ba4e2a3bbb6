/** A page that the browser puts aside and brings back: its lock, its id, and what others did with them meanwhile. */
import { describe, expect, it } from 'bun:test';
import { say, shown, start } from './indexed-db-harness.ts';

describe('put aside', () => {
	it('put aside by the browser -> holds no lock; back -> the same again, or anew when another tab took over', async () => {
		const { open, browser, wait, log, server } = start();
		const one = open();
		const persisted = (type: string) => one.tab.window.dispatchEvent(Object.assign(new Event(type), { persisted: true }));
		one.client.connect();
		await wait(100);
		const { id } = one.client;
		persisted('pagehide');
		await wait(0);
		expect(browser.held).toEqual([]);
		persisted('pageshow');
		await wait(100);
		expect(browser.held).toEqual([`holdfast:client:${id}`]);

		server.last.silent = true;
		say(one.client, 'unsent');
		await wait(0);
		persisted('pagehide');
		const two = open();
		two.client.connect();
		await wait(5_000);
		expect(log()).toEqual(['unsent']);
		persisted('pageshow');
		say(one.client, 'written at once');
		await wait(15_000);
		expect(one.client.id).not.toBe(id);
		expect(shown(one.client)).toEqual([]);
		expect(log()).toEqual(['unsent', 'written at once']);
		for (const { client } of [one, two]) client.close();
	});

	it('put aside -> a duplicate takes the id up and is gone again -> back: anew, since numbers may have been handed out meanwhile', async () => {
		const { open, kill, life, browser, wait, log, states } = start();
		const one = open();
		const persisted = (type: string) => one.tab.window.dispatchEvent(Object.assign(new Event(type), { persisted: true }));
		say(one.client, 1);
		one.client.connect();
		await wait(100);
		const { id } = one.client;
		persisted('pagehide');
		const two = life(browser.open({ storage: new Map(one.tab.storage) }));
		await wait(100);
		expect(two.client.id).toBe(id);
		say(two.client, 2);
		await wait(0);
		kill(two);
		persisted('pageshow');
		say(one.client, 3);
		await wait(40_000);
		expect(one.client.id).not.toBe(id);
		expect(log().toSorted()).toEqual([1, 2, 3]);
		expect(states.filter((name) => name === 'closed')).toHaveLength(1);
		one.client.close();
	});
});
