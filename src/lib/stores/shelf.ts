/** What this browser keeps for the pages, beyond what is unsent. It may be switched off, full, or hold anything. */

export type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

/** The browser's storage; where it is switched off, one that forgets. */
export function browserShelf(): Shelf {
	try {
		return localStorage;
	} catch {
		return { getItem: () => null, setItem: () => {} };
	}
}

/** What is kept under a key, as JSON; null where that is nothing, or no JSON. */
export function parsed(storage: Shelf, key: string): unknown {
	const text = storage.getItem(key);
	try {
		return text === null ? null : JSON.parse(text);
	} catch {
		return null;
	}
}
