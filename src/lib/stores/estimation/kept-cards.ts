/** Our cards, one a room, kept in this browser until the reveal. What is stored there may be anything. */
import * as v from 'valibot';
import { integer } from '../../protocol/integer.ts';
import type { Kept } from './own-choice.ts';

export const CARDS_KEY = 'holdfast.cards';
/** Rooms that are kept in mind, the newest first. */
const MOST = 20;
const kept = v.object({
	room: v.string(),
	round: integer(1),
	user: v.string(),
	value: v.nullable(v.string()),
	offset: integer(1),
});
const list = v.array(v.fallback(v.nullable(kept), null));

type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

function all(shelf: Shelf) {
	const stored = v.safeParse(list, parse(shelf.getItem(CARDS_KEY)));
	return stored.success ? stored.output.filter((card) => card !== null) : [];
}

export function keptCard(shelf: Shelf, room: string): Kept | null {
	const found = all(shelf).find((card) => card.room === room);
	return found ? { round: found.round, user: found.user, value: found.value, offset: found.offset } : null;
}

/** `card` null: what was kept for this room is of no use any more. */
export function keepCard(shelf: Shelf, room: string, card: Kept | null) {
	const others = all(shelf).filter((other) => other.room !== room);
	try {
		shelf.setItem(CARDS_KEY, JSON.stringify((card ? [{ room, ...card }, ...others] : others).slice(0, MOST)));
	} catch {
		// Full: after a reload the page says that we have voted, and not what.
	}
}

/** Whether a change of the browser's storage may be of our cards; `key` null: all of it was cleared. */
export const isOfCards = (key: string | null) => key === null || key === CARDS_KEY;

function parse(text: string | null): unknown {
	try {
		return text === null ? null : JSON.parse(text);
	} catch {
		return null;
	}
}
