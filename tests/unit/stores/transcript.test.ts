/** A room's messages and ours on their way, as the person sees them come and go. */
import { describe, expect, it } from 'bun:test';
import type { OutboxItem } from '../../../src/lib/client/types.ts';
import type { Message } from '../../../src/lib/protocol/frames.ts';
import { Transcript } from '../../../src/lib/stores/transcript.ts';

const ann = { id: 'ann', name: 'Ann' };
const message = (offset: number, client = 'other', seq = offset): Message => ({
	type: 'message',
	room: 'lobby',
	offset,
	client,
	seq,
	user: client === 'mine' ? ann : { id: 'bo', name: 'Bo' },
	kind: 'chat',
	data: { text: `${client} ${seq}` },
	at: offset * 1_000,
});
const item = (seq: number, status: OutboxItem['status'], offset?: number): OutboxItem => ({
	id: `item ${seq}`,
	client: 'mine',
	room: 'lobby',
	seq,
	kind: 'chat',
	data: { text: `mine ${seq}` },
	at: 0,
	status,
	...(offset === undefined ? {} : { offset }),
});
const transcript = (...offsets: number[]) => new Transcript({ messages: offsets.map((offset) => message(offset)), more: false });
const shown = (of: Transcript) => of.entries().map(({ text, status }) => `${text} ${status}`);

describe('ours on their way', () => {
	it('queued -> sending -> stored -> message: shown once, at one key', () => {
		const room = transcript(1);
		const keys = [];
		for (const status of ['queued', 'sending'] as const) {
			room.outbox([item(1, status)], 0);
			keys.push(room.entries()[1]?.key);
		}
		room.outbox([], 0, item(1, 'stored', 2));
		expect(shown(room)).toEqual(['other 1 stored', 'mine 1 stored']);
		keys.push(room.entries()[1]?.key);
		room.append(message(2, 'mine', 1), true);
		expect(shown(room)).toEqual(['other 1 stored', 'mine 1 stored']);
		keys.push(room.entries()[1]?.key);
		expect(new Set(keys).size).toBe(1);
	});

	it('the message may come before its ack', () => {
		const room = transcript();
		room.outbox([item(1, 'sending')], 0);
		room.append(message(1, 'mine', 1), true);
		expect(shown(room)).toEqual(['mine 1 stored']);
		room.outbox([], 0, item(1, 'stored', 1));
		expect(shown(room)).toEqual(['mine 1 stored']);
	});

	it('stands at the end, in the order it was written, until it has a place', () => {
		const room = transcript(1);
		room.outbox([item(1, 'sending'), item(2, 'queued')], 0);
		room.append(message(2), false);
		expect(shown(room)).toEqual(['other 1 stored', 'other 2 stored', 'mine 1 sending', 'mine 2 queued']);
	});

	it('a refused one stays where it was refused', () => {
		const room = transcript(1);
		room.outbox([item(1, 'failed'), item(2, 'queued')], 0);
		room.append(message(2), false);
		expect(shown(room)).toEqual(['other 1 stored', 'mine 1 failed', 'other 2 stored', 'mine 2 queued']);
		room.outbox([item(2, 'queued')], 0, item(1, 'failed'));
		expect(shown(room)).toEqual(['other 1 stored', 'other 2 stored', 'mine 2 queued']);
	});

	it('remembers since when it has been sending, anew after each reconnect', () => {
		const room = transcript();
		const since = () => room.entries()[0]?.sendingSince;
		room.outbox([item(1, 'sending')], 1_000);
		room.outbox([item(1, 'sending')], 2_000);
		expect(since()).toBe(1_000);
		room.outbox([item(1, 'queued')], 3_000);
		expect(since()).toBeNull();
		room.outbox([item(1, 'sending')], 4_000);
		expect(since()).toBe(4_000);
	});
});

describe('recovery', () => {
	it('cut -> missed messages stand under a line, ours do not make one', () => {
		const room = transcript(1);
		room.lost(9_000);
		room.subscribed({ result: 'resumed' }, 10_000);
		room.append(message(2, 'mine', 1), true);
		room.append(message(3), false);
		room.append(message(4), false);
		room.live(4);
		expect(room.marks).toEqual([{ kind: 'new', offset: 3, at: 9_000 }]);
		room.sent();
		expect(room.marks).toEqual([]);
	});

	it('a cut that missed nothing leaves no trace', () => {
		const room = transcript(1);
		room.lost(9_000);
		room.live(1);
		room.append(message(2), false);
		expect(room.marks).toEqual([]);
	});

	it('gap -> a line before what comes after it', () => {
		const room = transcript(1);
		room.subscribed({ result: 'gap', missing: { from: 2, to: 5 } }, 7);
		expect(room.marks).toEqual([{ kind: 'gap', offset: 6, at: 7 }]);
	});

	it('reset -> another log: what was shown goes, low offsets are new again', () => {
		const room = transcript(1, 2, 3);
		room.subscribed({ result: 'reset' }, 7);
		room.append(message(1, 'other', 9), false);
		expect(shown(room)).toEqual(['other 9 stored']);
		expect(room.marks.map(({ kind }) => kind)).toEqual(['gap']);
	});

	it('a message that is already there is not shown again', () => {
		const room = transcript(1, 2);
		room.subscribed({ result: 'fresh' }, 0);
		room.append(message(2), false);
		expect(shown(room)).toHaveLength(2);
	});
});

describe('earlier messages', () => {
	it('come before the first, without overlap, until there are none', () => {
		const room = new Transcript({ messages: [message(5), message(6)], more: true });
		expect(room.earlierThan).toBe(5);
		room.prepend([message(3), message(4), message(5)], true);
		expect(room.entries().map(({ offset }) => offset)).toEqual([3, 4, 5, 6]);
		room.prepend([message(1), message(2)], false);
		expect(room.earlierThan).toBeNull();
	});

	it('what is trimmed can be asked for again', () => {
		const room = transcript(1, 2, 3);
		expect(room.trim(3)).toBe(false);
		expect(room.trim(2)).toBe(true);
		expect(room.earlierThan).toBe(2);
	});
});

it('shows chat, and nothing that only looks like it', () => {
	const room = transcript();
	room.append({ ...message(1), kind: 'vote' }, false);
	room.append({ ...message(2), data: { text: 7 } }, false);
	room.append(message(3), false);
	expect(shown(room)).toEqual(['other 3 stored']);
});

describe('what this device has seen since', () => {
	const kept = (...offsets: number[]) => ({ messages: offsets.map((offset) => message(offset)), more: true });

	it('follows on what is shown -> added, once; the newest of it all is what a page begins with', () => {
		const room = transcript(1, 2, 3);
		room.adopt(kept(2, 3, 4, 5));
		expect(shown(room)).toEqual([1, 2, 3, 4, 5].map((offset) => `other ${offset} stored`));
		room.append(message(5), false);
		expect(room.newest(2)).toEqual({ messages: [message(4), message(5)], more: true });
		expect(transcript(1, 2).newest(2).more).toBe(false);
	});

	it('does not follow on it -> takes its place, and what is between can be asked for', () => {
		const room = transcript(1, 2);
		room.adopt(kept(8, 9));
		expect(shown(room)).toEqual(['other 8 stored', 'other 9 stored']);
		expect(room.earlierThan).toBe(8);
	});
});
