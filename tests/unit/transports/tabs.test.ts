/** The tabs of one browser that share one listening request: who leads, what the leader knows of the others, and what it forgets. */
import { describe, expect, it } from 'bun:test';
import type { Round } from '../../../src/lib/transports/http-link.ts';
import { joinTabs, type Tabs } from '../../../src/lib/transports/tabs.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { FakeBrowser } from '../../support/fake-tabs.ts';

/** One tab: its member, and the rounds that it is in. */
function enter(clock: FakeClock, tabs: Tabs, ...rooms: string[]) {
	const asked: string[][] = [];
	const answers: object[][] = [];
	const heard: string[] = [];
	let round = new AbortController();
	let renewed = 0;
	let deliver: (text: string) => void = () => {};
	const member = joinTabs(tabs, clock, 'https://host/api/poll', () => {
		renewed += 1;
		round.abort();
	});
	const note = (text: string) => void asked.push(JSON.parse(text).rooms.map(({ room }: { room: string }) => room));

	/** Begins a round; resolves when it is over. A leader's lasts until it is made anew. */
	function begin(fresh = true): Promise<void> {
		round = new AbortController();
		const { signal } = round;
		const now: Round = {
			hello: () => JSON.stringify({ type: 'hello', rooms: rooms.map((room) => ({ room })) }),
			fresh,
			ask: (_path, { body }) => ({
				async text() {
					note(JSON.stringify(JSON.parse(body)[0]));
					return JSON.stringify(answers.shift() ?? []);
				},
				async *parts() {},
				within() {},
			}),
			deliver: (text) => void heard.push(text),
			signal,
		};
		return member.listen(
			now,
			(given) =>
				new Promise((resolve) => {
					note(given.hello());
					deliver = given.deliver;
					signal.addEventListener('abort', () => resolve());
				}),
		);
	}

	return {
		member,
		asked,
		answers,
		heard,
		begin,
		renew: () => round.abort(),
		says: (...frames: object[]) => deliver(JSON.stringify(frames)),
		get renewed() {
			return renewed;
		},
	};
}

function setup() {
	const clock = new FakeClock();
	const browser = new FakeBrowser();
	return { clock, browser };
}

describe('the leader', () => {
	it('listens for the rooms of the others as well', async () => {
		const { clock, browser } = setup();
		const leader = enter(clock, browser.tab(), 'a');
		void leader.begin();
		await settle();
		const other = enter(clock, browser.tab(), 'b');
		await other.begin();
		await settle();
		expect(leader.renewed).toBe(1);
		void leader.begin();
		await settle();
		expect(leader.asked.at(-1)).toEqual(['a', 'b']);
	});

	it('a tab that was closed is heard of no more -> its rooms are forgotten', async () => {
		const { clock, browser } = setup();
		const leader = enter(clock, browser.tab(), 'a');
		void leader.begin();
		await settle();
		const gone = enter(clock, browser.tab(), 'b');
		await gone.begin();
		const stays = enter(clock, browser.tab(), 'c');
		await stays.begin();
		for (let minute = 0; minute < 3; minute++) {
			await clock.advance(60_000);
			await stays.begin();
		}
		await settle();
		void leader.begin();
		await settle();
		expect(leader.asked.at(-1)).toEqual(['a', 'c']);
	});

	it('a page that is left says so', async () => {
		const { clock, browser } = setup();
		const leader = enter(clock, browser.tab(), 'a');
		void leader.begin();
		await settle();
		let leave = () => {};
		const putAside = (aside: () => void) => {
			leave = aside;
			return () => {};
		};
		const gone = enter(clock, { ...browser.tab(), putAside }, 'b');
		await gone.begin();
		await settle();
		leave();
		await settle();
		void leader.begin();
		await settle();
		expect(leader.asked.at(-1)).toEqual(['a']);
	});

	it('is refused a room of another tab -> does not ask for it again and again', async () => {
		const { clock, browser } = setup();
		const leader = enter(clock, browser.tab(), 'a');
		void leader.begin();
		await settle();
		const other = enter(clock, browser.tab(), 'b');
		await other.begin();
		await settle();
		void leader.begin();
		await settle();
		const waiting = other.begin(false);
		leader.says({ type: 'error', code: 'forbidden', room: 'b' });
		await settle();
		expect(other.asked.length).toBe(1);
		leader.renew();
		void leader.begin();
		await settle();
		expect(leader.asked.at(-1)).toEqual(['a']);
		other.renew();
		await waiting;
	});
});

it('a tab that waits for hints gets an answer that was cut -> asks on at once, until it is live', async () => {
	const { clock, browser } = setup();
	enter(clock, browser.tab(), 'a').begin();
	const tab = enter(clock, browser.tab(), 'a', 'b');
	const message = { type: 'message', room: 'a', offset: 1 };
	tab.answers.push(
		[message],
		[message, { type: 'live', room: 'a' }],
		[
			{ type: 'live', room: 'a' },
			{ type: 'live', room: 'b' },
		],
	);
	await tab.begin();
	await tab.begin(false);
	await tab.begin(false);
	expect(tab.asked.length).toBe(3);
	let over = false;
	tab.begin(false).then(() => {
		over = true;
	});
	await clock.advance(24_000);
	expect(over).toBe(false);
	tab.renew();
});

it('locks are refused -> each tab listens for itself', async () => {
	const { clock, browser } = setup();
	const locks = { request: () => Promise.reject(new DOMException('no', 'SecurityError')) };
	const alone = enter(clock, { ...browser.tab(), locks }, 'a');
	void alone.begin(false);
	await settle();
	expect(alone.asked).toEqual([['a']]);
	alone.says({ type: 'message', room: 'a', offset: 1 });
	expect(alone.heard.length).toBe(1);
});

it('made anew before it began to wait -> does not wait', async () => {
	const { clock, browser } = setup();
	const leader = enter(clock, browser.tab(), 'a');
	void leader.begin();
	await settle();
	const other = enter(clock, browser.tab(), 'b');
	await other.begin();
	const waiting = other.begin(false);
	other.renew();
	let over = false;
	void waiting.then(() => {
		over = true;
	});
	await settle();
	expect(over).toBe(true);
});

it('put aside while it stands in line to lead -> out of the line; back -> in line again; left -> out of it', async () => {
	const { clock, browser } = setup();
	const signals: (AbortSignal | undefined)[] = [];
	const tabs = browser.tab();
	const locks: Tabs['locks'] = {
		request: (name, options, callback) => {
			signals.push(options.signal);
			return tabs.locks.request(name, options, callback);
		},
	};
	const leader = enter(clock, tabs, 'a');
	void leader.begin();
	await settle();
	let page = { aside() {}, back() {} };
	const putAside = (aside: () => void, back: () => void) => {
		page = { aside, back };
		return () => {};
	};
	const other = enter(clock, { ...tabs, locks, putAside }, 'b');
	await other.begin();
	await settle();
	const states = () => signals.slice(1).map((signal) => signal?.aborted);
	expect(states()).toEqual([false]);
	page.aside();
	await settle();
	expect(states()).toEqual([true]);
	page.back();
	// In the fake browser a line that was left moves on with the others.
	leader.member.leave();
	await settle();
	expect(states()).toEqual([true, false]);
	other.member.leave();
	expect(states()).toEqual([true, true]);
});
