/** The rooms that fit what was typed, in the order in which one of them is most likely meant. */
import type { Visited } from './visited.ts';

/** What waits comes first, then as they were visited; the one that is open last. */
export function choices(
	rooms: readonly Visited[],
	typed: string,
	here: string | undefined,
	waits: (room: string) => boolean,
): Visited[] {
	const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
	const fits = rooms.filter(({ title }) => words.every((word) => title.toLocaleLowerCase().includes(word)));
	const rank = ({ room }: Visited) => (room === here ? 2 : waits(room) ? 0 : 1);
	return fits.toSorted((a, b) => rank(a) - rank(b));
}

/** The rooms visited, and after them one's own that were not; those that are one's own go by the title that the server tells. */
export function withOwn(rooms: readonly Visited[], own: readonly Visited[]): Visited[] {
	const titles = new Map(own.map(({ room, title }) => [room, title]));
	const known = new Set(rooms.map(({ room }) => room));
	const visited = rooms.map(({ room, title }) => ({ room, title: titles.get(room) ?? title }));
	return [...visited, ...own.filter(({ room }) => !known.has(room)).map(({ room, title }) => ({ room, title }))];
}
