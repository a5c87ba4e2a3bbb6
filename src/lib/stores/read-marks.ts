/** How far this browser has read in each room: the offset of the last message that was in sight. Shared by its tabs. */
import * as v from 'valibot';
import { parsed, type Shelf } from './shelf.ts';

export const READ_KEY = 'holdfast.read';
/** Rooms of which it is kept; the ones read last stay. */
const MOST = 100;
/** Pairs, not an object: a room may be called `__proto__`. */
const marks = v.array(v.tuple([v.string(), v.pipe(v.number(), v.safeInteger(), v.minValue(0))]));

export function readMarks(storage: Shelf): Map<string, number> {
	const result = v.safeParse(marks, parsed(storage, READ_KEY));
	return new Map(result.success ? result.output : []);
}

/** Moves the mark of a room forward, or back where its log has begun anew. */
export function markRead(storage: Shelf, room: string, offset: number) {
	const known = readMarks(storage);
	if (known.get(room) === offset) return;
	known.delete(room);
	known.set(room, offset);
	try {
		storage.setItem(READ_KEY, JSON.stringify([...known].slice(-MOST)));
	} catch {
		// Full: what was read counts as unread after a reload.
	}
}
