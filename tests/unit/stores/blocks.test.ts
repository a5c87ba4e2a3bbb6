/** The message list in blocks: no row is lost or moved, and what did not change stays the same object. */
import { describe, expect, it } from 'bun:test';
import { blocks } from '../../../src/lib/stores/blocks.ts';
import { createCalendar } from '../../../src/lib/stores/calendar.ts';
import { rows } from '../../../src/lib/stores/rows.ts';
import { Transcript } from '../../../src/lib/stores/transcript.ts';

const message = (offset: number) => ({
	type: 'message' as const,
	room: 'lobby',
	offset,
	client: 'other',
	seq: offset,
	user: { id: `user ${Math.floor(offset / 3)}`, name: 'Bo' },
	kind: 'chat',
	data: { text: `number ${offset}` },
	at: offset * 20_000,
});
const page = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
const calendar = createCalendar('en-GB', 'UTC');
const draw = (room: Transcript) => rows(room.entries(), room.marks, 'me', calendar);

describe('blocks', () => {
	it('hold every row once, in order', () => {
		const all = draw(new Transcript({ messages: page(1, 1_000), more: false }));
		expect(blocks(all).flatMap((block) => block.rows)).toEqual(all);
		expect(blocks([])).toEqual([]);
	});

	it('a message comes -> only the last block is another one', () => {
		const room = new Transcript({ messages: page(1, 1_000), more: false });
		const before = blocks(draw(room));
		room.append(message(1_001), false);
		const after = blocks(draw(room), before);
		expect(after.map((block, index) => block === before[index])).toEqual([...Array(before.length - 1).fill(true), false]);
	});

	it('earlier messages come -> what was there keeps its blocks, but for the one they begin in', () => {
		const room = new Transcript({ messages: page(501, 1_000), more: true });
		const before = blocks(draw(room));
		room.prepend(page(301, 500), true);
		const after = blocks(draw(room), before);
		expect(before.filter((block) => !after.includes(block))).toHaveLength(1);
	});

	it('keys are different from each other', () => {
		const room = new Transcript({ messages: page(1, 300), more: false });
		room.outbox(
			[{ id: 'a', client: 'me', room: 'lobby', seq: 1, kind: 'chat', data: { text: 'x' }, at: 0, status: 'queued' }],
			0,
		);
		const keys = blocks(draw(room)).map(({ key }) => key);
		expect(new Set(keys).size).toBe(keys.length);
	});
});
