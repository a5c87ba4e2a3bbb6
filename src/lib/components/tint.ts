/** The colour that belongs to a person: the same on every screen, since it follows from their id. */
const TINTS = 8;

export function tintOf(id: string): number {
	let hash = 0;
	for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
	return hash % TINTS;
}
