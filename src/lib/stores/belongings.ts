/** What this browser keeps of one person for the pages: where they were, what they read, their cards and drafts. It goes with them. */
import { createContext } from 'svelte';
import { DRAFT_KEY } from './drafts.ts';
import { CARDS_KEY } from './estimation/kept-cards.ts';
import { READ_KEY } from './read-marks.ts';
import type { WholeShelf } from './shelf.ts';
import { VISITED_KEY } from './visited.ts';

/** Holds the id of whose it all is. */
const OWNER_KEY = 'holdfast.owner';

export class Belongings {
	readonly #browser: WholeShelf;
	readonly #tab: WholeShelf;
	/** What the page itself has in memory goes, too. */
	readonly #forgotten: () => void;

	constructor(browser: WholeShelf, tab: WholeShelf, forgotten: () => void) {
		this.#browser = browser;
		this.#tab = tab;
		this.#forgotten = forgotten;
	}

	/** This person is here now: of anybody before them nothing stays. Call it before the page reads any of it. */
	claim(id: string) {
		this.#dropDrafts((of) => !of.startsWith(`${id} `));
		const owner = this.#browser.getItem(OWNER_KEY);
		if (owner === id) return;
		if (owner !== null) this.#drop();
		try {
			this.#browser.setItem(OWNER_KEY, id);
		} catch {
			// Full. The next claim tries again.
		}
	}

	/** This person has gone. What somebody else has in this browser by now stays: a tab may hear of it late. */
	forget(id: string) {
		this.#dropDrafts(() => true);
		const owner = this.#browser.getItem(OWNER_KEY);
		if (owner === null || owner === id) this.#drop();
	}

	#dropDrafts(which: (of: string) => boolean) {
		const keys = Array.from({ length: this.#tab.length }, (_, index) => this.#tab.key(index) ?? '');
		for (const key of keys) if (key.startsWith(DRAFT_KEY) && which(key.slice(DRAFT_KEY.length))) this.#tab.removeItem(key);
	}

	#drop() {
		for (const key of [VISITED_KEY, READ_KEY, CARDS_KEY, OWNER_KEY]) this.#browser.removeItem(key);
		this.#forgotten();
	}
}

export const [getBelongings, setBelongings] = createContext<Belongings>();
