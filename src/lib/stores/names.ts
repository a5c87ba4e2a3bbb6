/** Who can be mentioned: whoever reads, whoever is there, and whoever has written. */
import type { Entry } from './transcript.ts';

/** Authors looked at, from the end: who wrote long ago is mentioned by hand. */
const LOOKED_AT = 1_000;

/** @param before the list of the last time: with the same names it stays the same object, so that nothing is drawn again */
export function namesOf(entries: readonly Entry[], more: readonly string[], before: readonly string[]): readonly string[] {
	const names = new Set(more);
	for (const { user } of entries.slice(-LOOKED_AT)) if (user) names.add(user.name);
	const list = [...names];
	return list.length === before.length && list.every((name, index) => name === before[index]) ? before : list;
}
