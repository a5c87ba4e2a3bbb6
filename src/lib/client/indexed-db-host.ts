/** What the outbox needs of the browser. Each part can be refused or absent, and asking for it can throw. */
import { type Clock, systemClock } from '../clock.ts';
import type { Locks } from './indexed-db-locks.ts';
import type { PageHost } from './page.ts';

export interface TabHost {
	indexedDB: IDBFactory;
	sessionStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
	/** Absent in insecure contexts: a page over plain http that is not on this machine. */
	locks: Locks;
	/** This document replaces one of the same tab, whose lock may be let go of a moment later. */
	isReload: boolean;
	clock: Clock;
	page: PageHost;
}

/** @throws Error naming what is missing */
export function resolveTabHost(given: Partial<TabHost>): TabHost {
	const { indexedDB = globalThis.indexedDB, locks = globalThis.navigator?.locks } = given;
	if (!indexedDB) throw new Error('there is no IndexedDB here');
	if (!locks) throw new Error('there are no Web Locks here');
	return {
		indexedDB,
		locks,
		sessionStorage: given.sessionStorage ?? globalThis.sessionStorage,
		isReload: given.isReload ?? isReload(),
		clock: given.clock ?? systemClock,
		page: given.page ?? globalThis,
	};
}

function isReload() {
	const [entry] = performance.getEntriesByType('navigation');
	return entry !== undefined && 'type' in entry && (entry.type === 'reload' || entry.type === 'back_forward');
}
