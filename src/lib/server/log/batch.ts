/** A batch on its way to the worker, and its results on their way back, as flat lists: half the cost of lists of objects. */
import type { Entry, Result } from './message-log.ts';

/** What only some entries have. */
type Rest = Pick<Entry, 'refusal' | 'act' | 'claims'>;

/** Parallel columns, an item an entry; what is rare by its index. */
export interface PackedEntries {
	texts: string[];
	numbers: number[];
	rest: [index: number, rest: Rest][];
}
/** The offset of what was stored as it came, as nearly everything is; the whole result otherwise. */
export type PackedResults = (number | Result)[];

export function packEntries(entries: readonly Entry[]): PackedEntries {
	const packed: PackedEntries = { texts: [], numbers: [], rest: [] };
	entries.forEach(({ room, client, user, body, seq, at, ...rest }, index) => {
		packed.texts.push(room, client, user, body);
		packed.numbers.push(seq, at);
		if (rest.refusal || rest.act || rest.claims) packed.rest.push([index, rest]);
	});
	return packed;
}

export function unpackEntries({ texts, numbers, rest }: PackedEntries): Entry[] {
	const entries: Entry[] = [];
	for (let text = 0, number = 0; text < texts.length; text += 4, number += 2) {
		const [room = '', client = '', user = '', body = ''] = [texts[text], texts[text + 1], texts[text + 2], texts[text + 3]];
		entries.push({ room, client, user, body, seq: numbers[number] ?? 0, at: numbers[number + 1] ?? 0 });
	}
	for (const [index, more] of rest) Object.assign(entries[index] ?? {}, more);
	return entries;
}

export const packResults = (results: readonly Result[]): PackedResults =>
	results.map((result) => (result.status === 'stored' && result.body === undefined ? result.offset : result));

export const unpackResults = (packed: PackedResults): Result[] =>
	packed.map((result) => (typeof result === 'number' ? { status: 'stored', offset: result } : result));
