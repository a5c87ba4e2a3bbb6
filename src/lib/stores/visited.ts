/** The rooms visited before, newest first, kept in this browser. What is stored there may be anything. */
import * as v from 'valibot';
import { roomName } from '../protocol/frames.ts';

const KEY = 'holdfast.visited';
const MOST = 12;
const visited = v.array(v.fallback(v.nullable(roomName), null));

type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

/** The browser's storage; where it is switched off, one that forgets. */
export function browserShelf(): Shelf {
	try {
		return localStorage;
	} catch {
		return { getItem: () => null, setItem: () => {} };
	}
}

export function visitedRooms(storage: Shelf): string[] {
	const result = v.safeParse(visited, parse(storage.getItem(KEY)));
	return result.success ? result.output.filter((room) => room !== null).slice(0, MOST) : [];
}

export function rememberRoom(storage: Shelf, room: string) {
	const rooms = [room, ...visitedRooms(storage).filter((other) => other !== room)].slice(0, MOST);
	try {
		storage.setItem(KEY, JSON.stringify(rooms));
	} catch {
		// Full. The list is a convenience; the room works without it.
	}
}

function parse(text: string | null): unknown {
	try {
		return text === null ? null : JSON.parse(text);
	} catch {
		return null;
	}
}
