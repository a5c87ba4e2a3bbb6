/** A batch on its way to the worker, and its results on their way back, as flat lists: half the cost of lists of objects. */
import type { Entry, Result } from './message-log.ts';

type Refusal = Exclude<Entry['refusal'], undefined>;

/** Parallel columns, an item an entry; refusals, which are rare, by their index. */
export interface PackedEntries {
	texts: string[];
	numbers: number[];
	refusals: [index: number, refusal: Refusal][];
}
/** The offset of what was stored, as nearly everything is; the whole result otherwise. */
export type PackedResults = (number | Result)[];

export function packEntries(entries: readonly Entry[]): PackedEntries {
	const packed: PackedEntries = { texts: [], numbers: [], refusals: [] };
	entries.forEach(({ room, client, user, body, seq, at, refusal }, index) => {
		packed.texts.push(room, client, user, body);
		packed.numbers.push(seq, at);
		if (refusal) packed.refusals.push([index, refusal]);
	});
	return packed;
}

export function unpackEntries({ texts, numbers, refusals }: PackedEntries): Entry[] {
	const entries: Entry[] = [];
	for (let text = 0, number = 0; text < texts.length; text += 4, number += 2) {
		const [room = '', client = '', user = '', body = ''] = [texts[text], texts[text + 1], texts[text + 2], texts[text + 3]];
		entries.push({ room, client, user, body, seq: numbers[number] ?? 0, at: numbers[number + 1] ?? 0 });
	}
	for (const [index, refusal] of refusals) Object.assign(entries[index] ?? {}, { refusal });
	return entries;
}

export const packResults = (results: readonly Result[]): PackedResults =>
	results.map((result) => (result.status === 'stored' ? result.offset : result));

export const unpackResults = (packed: PackedResults): Result[] =>
	packed.map((result) => (typeof result === 'number' ? { status: 'stored', offset: result } : result));
