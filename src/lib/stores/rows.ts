/** Entries to the rows of the message list: days apart, messages of one person, name and minute together. */
import type { Entry, Mark } from './transcript.ts';

export type Row =
	| { kind: 'day'; key: string; at: number }
	| { kind: 'gap'; key: string }
	| { kind: 'new'; key: string; at: number }
	| { kind: 'message'; key: string; entry: Entry; own: boolean; first: boolean };

/** A day and a minute as this person's calendar has them, as text to compare. */
export interface Calendar {
	day(at: number): string;
	minute(at: number): string;
}

export function rows(entries: readonly Entry[], marks: readonly Mark[], me: string | null, calendar: Calendar): Row[] {
	const result: Row[] = [];
	const open = [...marks].sort((a, b) => a.offset - b.offset);
	let previous: Entry | null = null;
	for (const entry of entries) {
		const apart = previous === null || calendar.day(previous.at) !== calendar.day(entry.at);
		if (apart) result.push({ kind: 'day', key: `day ${entry.key}`, at: entry.at });
		let marked = false;
		for (; open[0] && open[0].offset <= entry.offset; open.shift()) {
			result.push(line(open[0]));
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
		result.push({ kind: 'message', key: entry.key, entry, own, first: !together });
		previous = entry;
	}
	return [...result, ...open.map(line)];
}

const isOwn = (entry: Entry, me: string | null) => entry.user === null || entry.user.id === me;
const line = ({ kind, offset, at }: Mark): Row =>
	kind === 'gap' ? { kind, key: `gap ${offset} ${at}` } : { kind, key: `new ${offset} ${at}`, at };
