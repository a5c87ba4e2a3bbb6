/** Entries to the rows of the message list: days apart, messages of one person, name and minute together. */
import type { Entry, Mark } from './transcript.ts';

export type Row =
	| { kind: 'day'; key: string; at: number }
	| { kind: 'gap'; key: string }
	/** `dated`: the moment lies on another day than what follows, so that the time alone would say nothing. */
	| { kind: 'new'; key: string; at: number; dated: boolean }
	| { kind: 'message'; key: string; entry: Entry; own: boolean; first: boolean };

/** A day and a minute as this person's calendar has them, as text to compare. */
export interface Calendar {
	day(at: number): string;
	minute(at: number): string;
}

/** The rows that entries and marks had last: where nothing changed they stay the very same ones, and nothing of them is drawn again. */
const drawn = new WeakMap<Entry, Extract<Row, { kind: 'message' }>>();
const lines = new WeakMap<Entry | Mark, Row>();

function rowOf(entry: Entry, own: boolean, first: boolean): Row {
	const last = drawn.get(entry);
	if (last && last.own === own && last.first === first) return last;
	const row = { kind: 'message' as const, key: entry.key, entry, own, first };
	drawn.set(entry, row);
	return row;
}

function lineOf(of: Entry | Mark, make: () => Row): Row {
	const row = lines.get(of) ?? make();
	lines.set(of, row);
	return row;
}

export function rows(entries: readonly Entry[], marks: readonly Mark[], me: string | null, calendar: Calendar): Row[] {
	const result: Row[] = [];
	const open = [...marks].sort((a, b) => a.offset - b.offset);
	let previous: Entry | null = null;
	for (const entry of entries) {
		const apart = previous === null || calendar.day(previous.at) !== calendar.day(entry.at);
		if (apart) result.push(lineOf(entry, () => ({ kind: 'day', key: `day ${entry.key}`, at: entry.at })));
		let marked = false;
		for (; open[0] && open[0].offset <= entry.offset; open.shift()) {
			result.push(line(open[0], calendar.day(open[0].at) !== calendar.day(entry.at)));
			marked = true;
		}
		const own = isOwn(entry, me);
		const together =
			previous !== null &&
			!apart &&
			!marked &&
			isOwn(previous, me) === own &&
			(own || (previous.user?.id === entry.user?.id && previous.user?.name === entry.user?.name)) &&
			calendar.minute(previous.at) === calendar.minute(entry.at);
		result.push(rowOf(entry, own, !together));
		previous = entry;
	}
	return [...result, ...open.map((mark) => line(mark, false))];
}

const isOwn = (entry: Entry, me: string | null) => entry.user === null || entry.user.id === me;

function line(mark: Mark, dated: boolean): Row {
	const last = lines.get(mark);
	// The calendar may have changed to another time zone since.
	if (last?.kind === 'new' && last.dated !== dated) lines.delete(mark);
	return lineOf(mark, () => written(mark, dated));
}

const written = ({ kind, offset, at }: Mark, dated: boolean): Row =>
	kind === 'gap' ? { kind, key: `gap ${offset} ${at}` } : { kind, key: `new ${offset} ${at}`, at, dated };
