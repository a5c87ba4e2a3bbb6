/** Days, groups and lines of the message list; ticks; and the rooms visited before. */
import { describe, expect, it } from 'bun:test';
import { createCalendar } from '../../../src/lib/stores/calendar.ts';
import { rows } from '../../../src/lib/stores/rows.ts';
import { tickOf } from '../../../src/lib/stores/ticks.ts';
import type { Entry } from '../../../src/lib/stores/transcript.ts';
import { rememberRoom, visitedRooms } from '../../../src/lib/stores/visited.ts';

const calendar = createCalendar('en-GB', 'UTC');
const noon = Date.UTC(2026, 10, 20, 12, 0, 0);
const entry = (offset: number, user: string | null, at: number): Entry => ({
	key: `k${offset}`,
	offset,
	user: user === null ? null : { id: user, name: user },
	text: 'hi',
	at,
	status: 'stored',
	sendingSince: null,
	item: null,
	editable: false,
});
const outline = (entries: Entry[], marks: Parameters<typeof rows>[1] = []) =>
	rows(entries, marks, 'me', calendar).map((row) =>
		row.kind === 'message' ? `${row.own ? 'own' : 'other'}${row.first ? ' first' : ''}` : row.kind,
	);

describe('rows', () => {
	it('one person in one minute is one group', () => {
		const entries = [
			entry(1, 'bo', noon),
			entry(2, 'bo', noon + 59_000),
			entry(3, 'bo', noon + 60_000),
			entry(4, 'cy', noon + 60_000),
		];
		expect(outline(entries)).toEqual(['day', 'other first', 'other', 'other first', 'other first']);
	});

	it('ours are a group whether stored or on their way', () => {
		expect(outline([entry(1, 'me', noon), entry(2, null, noon)])).toEqual(['day', 'own first', 'own']);
	});

	it('days are the calendar’s', () => {
		const late = Date.UTC(2026, 10, 20, 23, 30);
		expect(outline([entry(1, 'bo', late), entry(2, 'bo', late + 3_600_000)])).toEqual([
			'day',
			'other first',
			'day',
			'other first',
		]);
		const berlin = createCalendar('en-GB', 'Europe/Berlin');
		expect([calendar.time(late), berlin.time(late)]).toEqual(['23:30', '00:30']);
		expect(berlin.date(late)).toMatch(/^Saturday,? 21 November 2026$/);
	});

	it('lines stand before what they speak of, and break a group', () => {
		const marks = [
			{ kind: 'new', offset: 2, at: noon },
			{ kind: 'gap', offset: 9, at: noon },
		] as const;
		expect(outline([entry(1, 'bo', noon), entry(2, 'bo', noon)], marks)).toEqual([
			'day',
			'other first',
			'new',
			'other first',
			'gap',
		]);
	});

	it('left days ago -> the line says which day, in the time zone of whoever reads', () => {
		const mark = { kind: 'new', offset: 1, at: Date.UTC(2026, 10, 20, 22, 30) } as const;
		const back = [entry(1, 'bo', Date.UTC(2026, 10, 20, 23, 30))];
		const dated = (timeZone: string) =>
			rows(back, [mark], 'me', createCalendar('en-GB', timeZone)).find((row) => row.kind === 'new')?.dated;
		expect([dated('UTC'), dated('Europe/Berlin'), dated('Asia/Shanghai')]).toEqual([false, true, false]);
		expect(calendar.moment(mark.at)).toBe('20 Nov, 22:30');
	});

	it('every row has a key of its own', () => {
		const keys = rows([entry(1, 'bo', noon), entry(2, 'bo', noon + 86_400_000)], [], null, calendar).map(({ key }) => key);
		expect(new Set(keys).size).toBe(keys.length);
	});
});

it('a tick tells what has become of a message, and when that takes long', () => {
	const label = (status: Entry['status'], sendingSince: number | null = null) => tickOf({ status, sendingSince }, 20_000).label;
	expect([label('queued'), label('stored'), label('failed')]).toEqual(['Waiting to send', 'Sent', 'Not sent']);
	expect([label('sending', 10_001), label('sending', 10_000)]).toEqual(['Sending', 'Still sending…']);
});

describe('visited rooms', () => {
	const shelf = (text: string | null) => ({ getItem: () => text, setItem: (_: string, value: string) => (text = value) });

	it('newest first, each once, a dozen at most', () => {
		const storage = shelf(null);
		for (const room of ['a', 'b', 'a']) rememberRoom(storage, room);
		expect(visitedRooms(storage).map(({ room }) => room)).toEqual(['a', 'b']);
		for (let room = 0; room < 20; room++) rememberRoom(storage, `room ${room}`);
		expect(visitedRooms(storage)).toHaveLength(12);
	});

	it.each(['', '{', '7', '{"a":1}', '[1,null,"  "]'])('%p in the storage is no trouble', (text) => {
		expect(visitedRooms(shelf(text))).toEqual([]);
	});
});
