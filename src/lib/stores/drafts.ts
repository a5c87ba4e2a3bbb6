/** What was begun in each room and not sent: kept for this tab, across rooms and reloads. */
const KEY = 'holdfast.draft ';

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The tab's own storage; where it is switched off, one that forgets. Not that of the browser: two tabs would write into one draft. */
export function tabShelf(): Shelf {
	try {
		return sessionStorage;
	} catch {
		return { getItem: () => null, setItem() {}, removeItem() {} };
	}
}

export const draftOf = (shelf: Shelf, of: string): string => shelf.getItem(KEY + of) ?? '';

export function keepDraft(shelf: Shelf, of: string, text: string) {
	try {
		if (text === '') shelf.removeItem(KEY + of);
		else shelf.setItem(KEY + of, text);
	} catch {
		// Full: the draft stays in its field for as long as that is there.
	}
}
