/** Who is in a room: by person, patient with those who are gone for a moment, and told no more often than need be. */
import { describe, expect, it } from 'bun:test';
import { brief, start } from './presence-harness.ts';

const sums = (frames: { count: number; changed: Parameters<typeof brief>[0]; left: string[] }[]) =>
	frames.map(({ count, changed, left }) => [count, brief(changed).join(), left.join()]);

describe('coming and going', () => {
	it('two tabs of one person -> one member, told once; the first one closes -> nothing', async () => {
		const { presence, tab, enter, pass, frames, seen } = start();
		const [first, second] = [tab('Ann'), tab('Ann')];
		enter('lobby', first, second);
		presence.left('lobby', first, 'unsubscribed');
		await pass(60_000);
		expect(sums(frames)).toEqual([[1, 'ann', '']]);
		expect(seen('lobby')).toEqual(['ann']);
	});

	it('the last tab unsubscribes -> left at once, and the room is let go of with the last person', async () => {
		const { presence, tab, enter, pass, frames, changes } = start();
		const [ann, bob] = [tab('Ann'), tab('Bob')];
		enter('lobby', ann, bob);
		await pass(1_000);
		presence.left('lobby', bob, 'unsubscribed');
		await pass(1_000);
		expect(sums(frames).at(-1)).toEqual([1, '', 'bob']);
		presence.left('lobby', ann, 'unsubscribed');
		expect([presence.count, presence.versionOf('lobby'), changes.length]).toEqual([0, 0, 4]);
	});

	it('gone and back within 5 s -> nobody hears of it', async () => {
		const { presence, tab, enter, pass, frames, changes } = start();
		enter('lobby', tab('Ann'));
		let bob = tab('Bob');
		enter('lobby', bob);
		await pass(1_000);
		const [told, heard] = [frames.length, changes.length];
		for (let round = 0; round < 20; round++) {
			presence.left('lobby', bob, 'gone');
			await pass(round % 5 === 0 ? 4_000 : 200);
			bob = tab('Bob');
			enter('lobby', bob);
		}
		expect([frames.length, changes.length]).toEqual([told, heard]);
	});

	it('gone for longer -> active for 5 s, then away, after the grace of 30 s left; each told once', async () => {
		const { presence, tab, enter, pass, frames, changes, seen } = start();
		const bob = tab('Bob');
		enter('lobby', tab('Ann'), bob);
		await pass(1_000);
		const heard = changes.length;
		presence.left('lobby', bob, 'gone');
		await pass(5_000);
		expect([seen('lobby'), presence.connected('lobby')]).toEqual([
			['ann', 'bob'],
			['ann', 'bob'],
		]);
		await pass(1_000);
		expect([seen('lobby'), presence.connected('lobby')]).toEqual([['ann', 'bob (away)'], ['ann']]);
		await pass(24_000);
		expect([seen('lobby'), presence.isGone('lobby', 'bob')]).toEqual([['ann', 'bob (away)'], false]);
		await pass(1_000);
		expect([seen('lobby'), presence.isGone('lobby', 'bob')]).toEqual([['ann'], true]);
		expect(sums(frames).slice(-2)).toEqual([
			[2, 'bob (away)', ''],
			[1, '', 'bob'],
		]);
		expect(changes.length - heard).toBe(1); // when they were missed: after that they are not connected already
	});

	it('away by the loss of the connection, then back -> active again, told once', async () => {
		const { presence, tab, enter, pass, frames, changes } = start();
		const bob = tab('Bob');
		enter('lobby', tab('Ann'), bob);
		presence.left('lobby', bob, 'gone');
		await pass(10_000);
		const heard = changes.length;
		enter('lobby', tab('Bob'));
		expect(sums(frames).at(-1)).toEqual([2, 'bob', '']);
		expect(changes.length - heard).toBe(1);
	});

	it('a request says that somebody leaves before the poll of theirs that follows the room ends, or after it -> left at once', () => {
		const { presence, tab, enter } = start();
		for (const order of ['before', 'after']) {
			const [poll, request] = [tab('Ann'), tab('Ann')];
			request.session = poll.session;
			enter(order, poll);
			if (order === 'before') presence.left(order, request, 'unsubscribed');
			presence.left(order, poll, 'gone');
			expect(presence.count).toBe(order === 'before' ? 0 : 1);
			if (order === 'after') presence.left(order, request, 'unsubscribed');
			expect(presence.count).toBe(0);
		}
	});

	it('another tab says that it leaves a room which it does not follow -> the one that does may lose its connection for a moment', async () => {
		const { presence, tab, enter, pass } = start();
		const [poll, other] = [tab('Ann'), tab('Ann')];
		enter('lobby', poll);
		presence.left('lobby', other, 'unsubscribed');
		presence.left('lobby', poll, 'gone');
		await pass(4_000);
		expect(presence.connected('lobby')).toEqual(['ann']);
	});

	it('who was there before the server started is given the grace first', async () => {
		const { presence, pass } = start();
		await pass(29_000);
		expect([presence.isGone('lobby', 'ann'), presence.isDeserted('lobby')]).toEqual([false, false]);
		await pass(1_000);
		expect([presence.isGone('lobby', 'ann'), presence.isDeserted('lobby')]).toEqual([true, true]);
	});
});

describe('doing nothing', () => {
	it('no tab asks for anything for 5 min -> away; one does -> active within a second', async () => {
		const { tab, enter, pass, seen, acts } = start();
		const [first, second] = [tab('Ann'), tab('Ann')];
		enter('lobby', first, second);
		await pass(299_000);
		acts(second);
		await pass(299_000);
		expect(seen('lobby')).toEqual(['ann']);
		await pass(1_000);
		expect(seen('lobby')).toEqual(['ann (away)']);
		acts(first);
		await pass(1_000);
		expect(seen('lobby')).toEqual(['ann']);
	});

	it('a transport or connection changes meanwhile -> still away: the session is the same', async () => {
		const { presence, tab, enter, pass, seen } = start();
		const first = tab('Ann');
		enter('lobby', first);
		await pass(300_000);
		const next = tab('Ann');
		next.session = first.session;
		presence.left('lobby', first, 'gone');
		enter('lobby', next);
		expect([seen('lobby'), presence.connected('lobby')]).toEqual([['ann (away)'], ['ann']]);
	});

	it('IDLE_TIMEOUT_MS=0 -> nobody is away for that', async () => {
		const { tab, enter, pass, seen } = start({ idleMs: 0 });
		enter('lobby', tab('Ann'));
		await pass(400_000);
		expect(seen('lobby')).toEqual(['ann']);
	});
});

describe('what is told', () => {
	it('the first change at once, others together 500 ms later: at most two frames a second', async () => {
		const { tab, enter, frames, clock } = start();
		for (let n = 0; n < 100; n++) {
			enter('lobby', tab(`Guest${n}`));
			await clock.advance(20);
		}
		await clock.advance(1_000);
		expect(frames.map(({ changed }) => changed.length)).toEqual([1, 24, 25, 25, 25]);
		expect(new Set(frames.map(({ version }, index) => version - index)).size).toBe(1);
	});

	it('somebody who came and left before it was time -> nothing', async () => {
		const { presence, tab, enter, frames, clock } = start();
		enter('lobby', tab('Ann'));
		const bob = tab('Bob');
		enter('lobby', bob);
		presence.left('lobby', bob, 'unsubscribed');
		await clock.advance(1_000);
		expect(sums(frames)).toEqual([[1, 'ann', '']]);
	});

	it('300 people -> the first 200 by name, and how many there are; one of those leaves -> the next moves up', async () => {
		const { presence, tab, enter, pass, frames, seen } = start();
		const tabs = Array.from({ length: 300 }, (_, n) => tab(`Guest${n}`));
		enter('lobby', ...tabs);
		await pass(1_000);
		expect(frames.map(({ count, changed }) => [count, changed.length])).toEqual([
			[1, 1],
			[300, 199],
		]);
		const [first] = tabs;
		if (first) presence.left('lobby', first, 'unsubscribed');
		await pass(1_000);
		expect(sums(frames).at(-1)).toEqual([299, 'guest200', 'guest0']);
		expect([seen('lobby').length, presence.snapshot('lobby', tab('Nobody')).count]).toEqual([200, 299]);
		const last = tabs.at(-1);
		if (last) presence.left('lobby', last, 'unsubscribed');
		await pass(1_000);
		expect(sums(frames).at(-1)).toEqual([298, '', '']);
	});

	it('whoever asks is among the members, also beyond the page or before others were told', () => {
		const { presence, tab, enter } = start();
		const tabs = Array.from({ length: 250 }, (_, n) => tab(`Guest${n}`));
		for (const each of tabs) {
			enter('lobby', each);
			expect(brief(presence.snapshot('lobby', each).members)).toContain(each.user?.id ?? '');
		}
	});

	it('another name on a newer connection -> told; an older tab that comes again -> the name stays', async () => {
		const { tab, enter, pass, frames } = start();
		const older = tab('Ann');
		enter('lobby', older);
		await pass(1_000);
		enter('lobby', tab('Anna', 'ann'));
		expect(frames.at(-1)?.changed).toEqual([{ user: { id: 'ann', name: 'Anna' }, status: 'active' }]);
		await pass(1_000);
		const told = frames.length;
		enter('lobby', older);
		await pass(1_000);
		expect(frames.length).toBe(told);
	});

	it('nobody is live -> no frame, and whoever comes is told all of it', async () => {
		const { presence, tab, enter, frames, pass } = start({ heard: false });
		enter('lobby', tab('Ann'));
		const before = presence.versionOf('lobby');
		const bob = tab('Bob');
		enter('lobby', bob);
		expect(presence.versionOf('lobby')).toBe(before + 1);
		expect(brief(presence.snapshot('lobby', bob).members)).toEqual(['ann', 'bob']);
		await pass(2_000);
		expect(frames).toEqual([]);
	});

	it('a room that begins again -> a version that was never told of it', () => {
		const { presence, tab, enter, clock } = start({ heard: false });
		const versions: number[] = [];
		for (let n = 0; n < 5; n++) {
			const ann = tab('Ann');
			enter('lobby', ann);
			versions.push(presence.versionOf('lobby'));
			presence.left('lobby', ann, 'unsubscribed');
		}
		expect(new Set(versions).size).toBe(5);
		expect(Math.min(...versions)).toBeGreaterThanOrEqual(clock.wall());
	});
});
