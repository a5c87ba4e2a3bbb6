/** What this browser keeps for the pages, beyond what is unsent. It may be switched off, full, or hold anything. */

export type Shelf = Pick<Storage, 'getItem' | 'setItem'>;
/** One whose things can be found and taken away. */
export type WholeShelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

const none: WholeShelf = { length: 0, key: () => null, getItem: () => null, setItem() {}, removeItem() {} };

/** The browser's storage; where it is switched off, one that forgets. */
export function browserShelf(): WholeShelf {
	try {
		return localStorage;
	} catch {
		return none;
	}
}

/** The tab's own storage; where it is switched off, one that forgets. */
export function tabShelf(): WholeShelf {
	try {
		return sessionStorage;
	} catch {
		return none;
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
