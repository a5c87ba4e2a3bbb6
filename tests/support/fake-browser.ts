/** A browser in memory: one database and one lock manager for all tabs; each tab has its session storage and dies as a tab does. */
import { IDBFactory } from 'fake-indexeddb';
import type { TabHost } from '../../src/lib/client/indexed-db-host.ts';
import type { Locks } from '../../src/lib/client/indexed-db-locks.ts';
import { type FakeClock, settle } from './fake-clock.ts';

interface Request {
	tab: FakeTab;
	name: string;
	run: (lock: Lock | null) => void;
}

/** One document of a tab. */
export interface FakeTab extends TabHost {
	readonly storage: Map<string, string>;
	readonly window: EventTarget;
	dead: boolean;
}

export class FakeBrowser {
	readonly indexedDB = new IDBFactory();
	readonly #clock: FakeClock;
	#held: Request[] = [];
	#queue: Request[] = [];

	constructor(clock: FakeClock) {
		this.#clock = clock;
	}

	/** A new document. `storage`: of the tab that it replaces, or a copy of the one it is duplicated from. */
	open({ storage = new Map<string, string>(), isReload = false, ...more }: Partial<FakeTab> = {}): FakeTab {
		const window = new EventTarget();
		const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
		const sessionStorage = {
			getItem: (key: string) => storage.get(key) ?? null,
			setItem: (key: string, value: string) => void storage.set(key, value),
			removeItem: (key: string) => void storage.delete(key),
		};
		const { indexedDB } = this;
		const host = { clock: this.#clock, indexedDB, sessionStorage, isReload, page: { window, document }, ...more };
		const tab: FakeTab = { ...host, storage, window, dead: false, locks: this.#locksOf(() => tab) };
		return tab;
	}

	/** The document is gone, and the browser lets go of its locks. */
	kill(tab: FakeTab) {
		tab.dead = true;
		this.#held = this.#held.filter((each) => each.tab !== tab);
		this.#queue = this.#queue.filter((each) => each.tab !== tab);
		this.#grant();
	}

	/** The names of the locks that are held. */
	get held(): string[] {
		return this.#held.map(({ name }) => name);
	}

	#locksOf(tab: () => FakeTab): Locks {
		return {
			request: (name, options, granted) =>
				new Promise((resolve, reject) => {
					if (tab().dead) return;
					const request: Request = {
						tab: tab(),
						name,
						run: (lock) => {
							Promise.resolve(granted(lock)).then(() => {
								this.#held = this.#held.filter((other) => other !== request);
								this.#grant();
								resolve(undefined);
							});
						},
					};
					const isTaken = [...this.#held, ...this.#queue].some((other) => other.name === name);
					if (options.ifAvailable && isTaken) return queueMicrotask(() => request.run(null));
					options.signal?.addEventListener('abort', () => {
						if (!this.#queue.includes(request)) return;
						this.#queue = this.#queue.filter((other) => other !== request);
						reject(options.signal?.reason);
					});
					this.#queue.push(request);
					this.#grant();
				}),
			query: () => Promise.resolve({ held: this.#held.map(({ name }) => ({ name })) }),
		};
	}

	#grant() {
		const request = this.#queue.find(({ name }) => !this.#held.some((held) => held.name === name));
		if (!request) return;
		this.#queue = this.#queue.filter((other) => other !== request);
		this.#held.push(request);
		queueMicrotask(() => {
			if (!request.tab.dead) request.run({ name: request.name, mode: 'exclusive' });
		});
		this.#grant();
	}
}

/** Every transaction that was begun is through. */
export async function written(): Promise<void> {
	for (let round = 0; round < 40; round++) await settle();
}

/** Lets time pass while the database keeps up. */
export async function pass(clock: FakeClock, ms: number, step = 10): Promise<void> {
	await written();
	for (let left = ms; left > 0; left -= step) {
		await clock.advance(Math.min(step, left));
		await written();
	}
}
