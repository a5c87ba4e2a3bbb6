/** What waits in rooms that are not open: counted without following them, and shared by the tabs of a browser. */
import { describe, expect, it } from 'bun:test';
import { RealtimeError } from '../../../src/lib/client/errors.ts';
import type { Client } from '../../../src/lib/client/types.ts';
import { markRead, readMarks } from '../../../src/lib/stores/read-marks.ts';
import { choices, withOwn } from '../../../src/lib/stores/room-choices.ts';
import { Unread, waitingIn } from '../../../src/lib/stores/unread.ts';
import { visitedRooms } from '../../../src/lib/stores/visited.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const me = { id: 'ann', name: 'Ann' };
const message = (offset: number, text: string, user = { id: 'bo', name: 'Bo' }, kind = 'chat') => ({
	type: 'message' as const,
	room: 'r',
	offset,
	client: 'c',
	seq: offset,
	user,
	kind,
	data: kind === 'chat' ? { text } : {},
	at: offset,
});
function shelf() {
	const kept = new Map<string, string>();
	return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
}

describe('read marks', () => {
	it('are kept a room, whatever it is called, and survive nonsense', () => {
		const storage = shelf();
		markRead(storage, '__proto__', 3);
		markRead(storage, 'lobby', 7);
		expect([...readMarks(storage)]).toEqual([
			['__proto__', 3],
			['lobby', 7],
		]);
		for (const text of ['', '{', '7', '[1]', '[["a",-1]]', '[["a","b"]]'])
			expect(readMarks({ getItem: () => text, setItem() {} }).size).toBe(0);
	});
});

it('waits: what others wrote after the mark; votes and own messages do not count; a mention does', () => {
	const messages = [message(1, 'read'), message(2, 'news'), message(3, 'mine', me), message(4, '', undefined, 'vote')];
	expect(waitingIn(messages, 1, me)).toEqual({ count: 1, more: false, mention: false });
	expect(waitingIn([...messages, message(5, 'hey @ann!')], 1, me)).toEqual({ count: 2, more: false, mention: true });
});

/** A server with rooms, and a client that only answers for history. */
function world(rooms: Record<string, ReturnType<typeof message>[] | 'closed'>) {
	const asked: string[] = [];
	const fake = {
		state: { name: 'connected' },
		user: me,
		on: () => () => {},
		async history(room: string, before: number, limit: number) {
			asked.push(`${room} ${limit}`);
			const all = rooms[room] ?? [];
			if (all === 'closed') throw new RealtimeError('forbidden', 'not open');
			return { messages: all.filter(({ offset }) => offset < before).slice(-limit), more: false };
		},
	};
	return { asked, client: fake as unknown as Client };
}

describe('unread', () => {
	it('looks at the heads, counts what is new, and asks no more while nothing changes', async () => {
		const storage = shelf();
		storage.setItem('holdfast.visited', JSON.stringify(['here', 'busy', 'quiet', 'gone']));
		markRead(storage, 'busy', 1);
		const busy = [message(1, 'old'), message(2, 'new'), message(3, 'for @Ann')];
		const { asked, client } = world({ busy, quiet: [message(1, 'old')], gone: 'closed' });
		const clock = new FakeClock();
		const unread = new Unread(storage, clock);
		const news: string[] = [];
		unread.onnews = ({ room }, { count, mention }) => news.push(`${room} ${count} ${mention}`);
		const leave = unread.enter('here', 'Here');
		const stop = unread.watch(client);
		await clock.advance(2_000);
		expect(unread.of('busy')).toEqual({ count: 2, more: false, mention: true });
		expect(unread.of('quiet').count).toBe(0);
		expect(news).toEqual(['busy 2 true']);
		// Whoever may not enter any more does not see it in the list; the open room is not asked for.
		expect(visitedRooms(storage).map(({ room }) => room)).toEqual(['here', 'busy', 'quiet']);
		expect(asked).toEqual(['busy 1', 'busy 2', 'quiet 1', 'gone 1']);
		await clock.advance(20_000);
		expect(asked.slice(4)).toEqual(['busy 1', 'quiet 1']);
		// It is opened, and all of it read.
		leave();
		unread.enter('busy', 'Busy');
		unread.read('busy', 3);
		expect([unread.total.count, readMarks(storage).get('busy')]).toEqual([0, 3]);
		stop();
		await clock.advance(60_000);
		expect(asked).toHaveLength(6);
	});

	it('a log that has begun anew -> all of it is news', async () => {
		const storage = shelf();
		storage.setItem('holdfast.visited', JSON.stringify(['r']));
		markRead(storage, 'r', 900);
		const { client } = world({ r: [message(1, 'one'), message(2, 'two')] });
		const clock = new FakeClock();
		const unread = new Unread(storage, clock);
		unread.enter('other', 'Other');
		const stop = unread.watch(client);
		await clock.advance(2_000);
		expect(unread.of('r').count).toBe(2);
		stop();
	});
});

it('the switcher offers what waits first, what is open last, and what fits what is typed', () => {
	const rooms = ['here', 'Alpha team', 'beta', 'gamma'].map((room) => ({ room, title: room }));
	const names = (typed: string) => choices(rooms, typed, 'here', (room) => room === 'gamma').map(({ room }) => room);
	expect(names('')).toEqual(['gamma', 'Alpha team', 'beta', 'here']);
	expect(names('TEAM al')).toEqual(['Alpha team']);
});

it('private rooms are in the switcher from the start, under the title that the server tells', () => {
	const visited = ['lobby', 'private-b'].map((room) => ({ room, title: room }));
	const own = [
		{ room: 'private-a', title: 'Crew', owner: true },
		{ room: 'private-b', title: 'Sprint 7', owner: false },
	];
	expect(withOwn(visited, own)).toEqual([
		{ room: 'lobby', title: 'lobby' },
		{ room: 'private-b', title: 'Sprint 7' },
		{ room: 'private-a', title: 'Crew' },
	]);
	expect(withOwn(visited, [])).toEqual(visited);
});
