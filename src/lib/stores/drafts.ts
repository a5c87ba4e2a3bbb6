/** What was begun in each room and not sent: kept for this tab, across rooms and reloads. Two tabs would write into one draft of the browser. */
import type { WholeShelf } from './shelf.ts';

export const DRAFT_KEY = 'holdfast.draft ';

type Shelf = Pick<WholeShelf, 'getItem' | 'setItem' | 'removeItem'>;

export const draftOf = (shelf: Shelf, of: string): string => shelf.getItem(DRAFT_KEY + of) ?? '';

export function keepDraft(shelf: Shelf, of: string, text: string) {
	try {
		if (text === '') shelf.removeItem(DRAFT_KEY + of);
		else shelf.setItem(DRAFT_KEY + of, text);
	} catch {
		// Full: the draft stays in its field for as long as that is there.
	}
}
