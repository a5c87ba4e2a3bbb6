/** The rooms visited before, newest first, kept in this browser. What is stored there may be anything. */
import * as v from 'valibot';
import { roomName } from '../protocol/frames.ts';
import { parsed, type Shelf } from './shelf.ts';

export const VISITED_KEY = 'holdfast.visited';
const MOST = 12;

export interface Visited {
	room: string;
	/** What it is called; for most rooms that is their name. */
	title: string;
}

const visited = v.array(
	v.fallback(
		v.nullable(
			v.union([
				v.pipe(
					roomName,
					v.transform((room): Visited => ({ room, title: room })),
				),
				v.object({ room: roomName, title: v.string() }),
			]),
		),
		null,
	),
);

export function visitedRooms(storage: Shelf): Visited[] {
	const result = v.safeParse(visited, parsed(storage, VISITED_KEY));
	return result.success ? result.output.filter((room) => room !== null).slice(0, MOST) : [];
}

export function rememberRoom(storage: Shelf, room: string, title = room) {
	keep(storage, [{ room, title }, ...visitedRooms(storage).filter((other) => other.room !== room)]);
}

/** It is not open to this person any more, or they do not want to see it here. */
export function forgetRoom(storage: Shelf, room: string) {
	keep(
		storage,
		visitedRooms(storage).filter((other) => other.room !== room),
	);
}

function keep(storage: Shelf, rooms: Visited[]) {
	try {
		storage.setItem(VISITED_KEY, JSON.stringify(rooms.slice(0, MOST)));
	} catch {
		// Full. The list is a convenience; the room works without it.
	}
}
