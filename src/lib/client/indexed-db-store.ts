/** An outbox in IndexedDB: it outlives its page, and other tabs of the same person send what a closed or crashed one left. */
import type { Cancel } from '../clock.ts';
import { watchForTheDead } from './indexed-db-adoption.ts';
import { takeBack } from './indexed-db-aside.ts';
import type { Database, Left } from './indexed-db-database.ts';
import { resolveTabHost, type TabHost } from './indexed-db-host.ts';
import { type ClientLocks, createClientLocks } from './indexed-db-locks.ts';
import { openInTime } from './indexed-db-opening.ts';
import { createTab, type Tab } from './indexed-db-tab.ts';
import { createMemoryOutboxStore, type OutboxRecord, type OutboxStore, type OutboxWatcher } from './outbox-store.ts';
import { watchPutAside } from './page.ts';

/** For a lock that nobody else can know of, in milliseconds. */
const PATIENCE = 1_000;

interface Kept {
	host: TabHost;
	database: Database;
	locks: ClientLocks;
	tab: Tab;
}
/** `lost`: refused, or failed later. From then on all of it is in memory; `untold` until the client has heard why. */
type State =
	| { name: 'unopened' }
	| { name: 'opening'; loaded: Promise<void> }
	| ({ name: 'open' } & Kept)
	| { name: 'lost'; untold: unknown; database: Database | null };

/**
 * Nothing of the browser is touched before `load`, so it can be made while a page is rendered.
 * Where IndexedDB, Web Locks or session storage are refused, `load` rejects and the store goes on as one in memory.
 * @param given what to use in place of the browser's own
 */
export function createIndexedDbOutboxStore(given: Partial<TabHost> = {}): OutboxStore {
	/** All of it once more: what a second client of this page begins with, and what is left when the database fails. */
	const mirror = createMemoryOutboxStore();
	/** The ids that this page gave itself, and those it took over, with the life they had; it holds the locks of both. */
	const own = new Set<string>();
	const adopted = new Map<string, string>();
	/** Those that another page took over while this one was put aside. */
	const gone = new Set<string>();
	let state: State = { name: 'unopened' };
	let watcher: OutboxWatcher | null = null;
	/** Whom the page takes itself for, and whom the server has named. */
	let expected: string | null = null;
	let user: string | null = null;
	let damaged = 0;
	/** Until it is known what is left of a page that had been put aside. */
	let returning: Promise<void> | null = null;
	let stopAdopting: Cancel = () => {};

	const isOurs = (client: string) => own.has(client) || adopted.has(client);

	async function open() {
		let tab: Tab | null = null;
		try {
			const host = resolveTabHost(given);
			const locks = createClientLocks(host.locks, host.clock);
			const database = await openInTime(host, lose);
			tab = createTab(host, locks, database);
			const { owner, ...left } = await tab.claim(expected);
			own.add(owner.client);
			mirror.identify(owner.client, owner.connectionNumber, owner.user);
			fill(left);
			damaged = left.damaged;
			opened({ host, locks, database, tab });
		} catch (error) {
			state = { name: 'lost', untold: null, database: null };
			tab?.forget();
			throw error;
		}
	}

	function opened(kept: Kept) {
		if (state.name === 'lost') throw state.untold;
		state = { name: 'open', ...kept };
		const { locks, host, tab } = kept;
		const all = () => [...[...own].map((client): [string, string] => [client, tab.life]), ...adopted];
		let isAside = false;
		const hidden = () => {
			isAside = true;
			stopAdopting();
			for (const client of [...own, ...adopted.keys()]) locks.release(client);
		};
		/** One after the other, should the person go back and forth. */
		const shown = () => {
			isAside = false;
			const takingBack = (returning ?? Promise.resolve())
				.then(() => takeBack(kept, all()))
				.then((lost) => {
					if (returning === takingBack) returning = null;
					back(lost);
					if (isAside) hidden();
				})
				.catch(lose);
			returning = takingBack;
		};
		watchPutAside(host.page, hidden, shown);
	}

	function fill({ sequences, items }: Pick<Left, 'sequences' | 'items'>) {
		for (const item of items) mirror.put(item);
		for (const sequence of sequences) mirror.count(sequence);
	}

	/** From here on all of it is in memory. The id is used up with it: what it sends now is not written down, so no later life may count on from there. */
	function lose(why: unknown) {
		stopAdopting();
		if (state.name === 'lost') return;
		const kept = state.name === 'open' ? state : null;
		state = { name: 'lost', untold: why, database: kept?.database ?? null };
		kept?.tab.forget();
	}

	/** Writes while there is a database; tells the client once when there is none any more. */
	function persist(write: (kept: Kept) => Promise<void>): Promise<void> | undefined {
		if (state.name === 'lost' && state.untold) {
			const { untold } = state;
			state = { ...state, untold: null };
			return Promise.reject(untold);
		}
		if (state.name !== 'open') return undefined;
		if (returning) return returning.then(() => persist(write));
		return write(state).catch((error: unknown) => {
			lose(error);
			return persist(write);
		});
	}

	function adopt() {
		stopAdopting();
		if (state.name !== 'open' || user === null || !watcher) return;
		const take = (client: string, left: Left) => {
			adopted.set(client, left.owner?.life ?? '');
			gone.delete(client);
			fill(left);
			watcher?.taken(left);
			if (left.items.length === 0) letGo(client);
		};
		stopAdopting = watchForTheDead(state, user, { isOurs, adopted: take, failed: lose });
	}

	/** Nothing of what this client left is here any more: it can be forgotten everywhere. */
	function letGo(client: string) {
		if (state.name !== 'open' || !adopted.has(client) || mirror.has(client)) return;
		const { database, locks } = state;
		adopted.delete(client);
		database.forget(client).then(() => locks.release(client), lose);
	}

	function back(lost: string[]) {
		for (const client of lost) {
			own.delete(client);
			adopted.delete(client);
			gone.add(client);
			mirror.forget(client);
		}
		if (lost.length > 0 && !watcher) lose(new Error('another tab has taken over'));
		if (lost.length > 0) watcher?.lost(lost);
		adopt();
	}

	function record(): OutboxRecord {
		const found = { ...mirror.load(), damaged };
		damaged = 0;
		return found;
	}

	return {
		get durable() {
			return state.name !== 'lost';
		},

		load(given) {
			expected = given;
			if (state.name === 'unopened') state = { name: 'opening', loaded: open() };
			return state.name === 'opening' ? state.loaded.then(record) : record();
		},

		identify(client, connectionNumber, known) {
			mirror.identify(client, connectionNumber, known);
			const isNew = !own.has(client);
			own.add(client);
			const writing = persist(async ({ database, locks, tab }) => {
				// It goes by another since.
				if (gone.has(client)) return;
				const owner = { client, connectionNumber, user: mirror.load().identity?.user ?? null, life: tab.life };
				tab.remember(owner);
				if (isNew) await locks.take(client, PATIENCE);
				await database.identify(owner);
			});
			if (known !== null && known !== user) {
				user = known;
				adopt();
			}
			return writing;
		},

		put(item, replaced) {
			const { client } = item;
			mirror.put(item, replaced);
			return persist(async ({ database, locks, tab }) => {
				// The outbox has given this message another number since.
				if (gone.has(client)) return;
				const isNew = !isOurs(client);
				if (isNew) {
					own.add(client);
					locks.take(client, PATIENCE).catch(lose);
				}
				const owner = isNew ? { client, connectionNumber: 0, user: user ?? expected, life: tab.life } : undefined;
				const seq = own.has(client) ? mirror.highest(item) : undefined;
				// Under the number that another page may have given to a message of its own, this one was never written.
				const old = replaced && !gone.has(replaced.client) ? replaced : undefined;
				await database.put(item, { owner, seq, replaced: old });
				if (replaced) letGo(replaced.client);
			});
		},

		remove(item) {
			mirror.remove(item);
			// Where nothing more can be kept, it is often still possible to remove. If not: what is sent twice is stored once.
			if (state.name === 'lost') return void state.database?.remove(item).catch(() => {});
			return persist(async ({ database }) => {
				await database.remove(item);
				letGo(item.client);
			});
		},

		watch(given) {
			watcher = given;
			user = null;
			return () => {
				if (watcher !== given) return;
				watcher = null;
				stopAdopting();
			};
		},
	};
}
