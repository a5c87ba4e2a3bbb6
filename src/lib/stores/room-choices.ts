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
