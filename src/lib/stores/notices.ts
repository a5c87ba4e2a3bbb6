/** Notices of the desktop for a page that is out of sight: never what was said, only where, and by whom one is meant. */
import { createContext } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import * as v from 'valibot';
import type { Shelf } from './shelf.ts';

export const wishes = ['off', 'mentions', 'all'] as const;
export type Wish = (typeof wishes)[number];

const KEY = 'holdfast.notices';

/** The browser's part, so that a test can take it. */
export interface NoticeBoard {
	/** Whether this browser shows notices, and lets this page show them. */
	permission(): 'granted' | 'denied' | 'default' | 'unsupported';
	/** Asks the person. Called in answer to a click alone. */
	ask(): Promise<'granted' | 'denied' | 'default'>;
	/** One of the same `tag` takes the place of the one before. */
	show(title: string, tag: string, path: string): void;
	hidden(): boolean;
}

export class Notices {
	readonly #shelf: Shelf;
	readonly #board: NoticeBoard;
	#wish: Wish = 'off';
	#denied = false;
	#update = () => {};
	readonly #subscribe = createSubscriber((update) => {
		this.#update = update;
	});

	constructor(shelf: Shelf, board: NoticeBoard) {
		this.#shelf = shelf;
		this.#board = board;
	}

	/** What the person wants to hear of; `off` where the browser does not allow it. */
	get wish(): Wish {
		this.#subscribe();
		return this.#wish;
	}

	/** The browser was asked and said no, or shows none at all. */
	get denied(): boolean {
		this.#subscribe();
		return this.#denied;
	}

	load() {
		const kept = v.safeParse(v.picklist(wishes), this.#shelf.getItem(KEY));
		this.#settle(kept.success ? kept.output : 'off');
	}

	/** In answer to a click: the only moment at which the browser's question is not a nuisance. */
	async choose(wish: Wish) {
		if (wish !== 'off' && this.#board.permission() === 'default') await this.#board.ask();
		try {
			this.#shelf.setItem(KEY, wish);
		} catch {
			// Full: the choice holds for as long as the page does.
		}
		this.#settle(wish);
	}

	/** What holds is what the browser allows, whatever was wished for. */
	#settle(wish: Wish) {
		const permission = this.#board.permission();
		this.#denied = permission === 'denied' || permission === 'unsupported';
		this.#wish = permission === 'granted' ? wish : 'off';
		this.#update();
	}

	/** Something came to a room. */
	tell(room: string, title: string, mention: boolean) {
		if (this.#wish === 'off' || (this.#wish === 'mentions' && !mention) || !this.#board.hidden()) return;
		this.#board.show(title, `holdfast ${room}`, `/rooms/${encodeURIComponent(room)}`);
	}
}

export const [getNotices, setNotices] = createContext<Notices>();
