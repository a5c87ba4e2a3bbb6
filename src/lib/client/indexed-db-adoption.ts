/** Finds clients whose page is gone, and takes over what they left: each is taken by one page, and no reload is robbed. */
import type { Cancel, Clock } from '../clock.ts';
import type { Database, Left, Owner } from './indexed-db-database.ts';
import type { ClientLocks } from './indexed-db-locks.ts';
import { type PageHost, watchPage } from './page.ts';

/** A page that is reloaded takes its own back within this time, in milliseconds. */
const GRACE = 2_000;
/** Other pages come without a word: looked for this often, and whenever this page is looked at. In milliseconds. */
const INTERVAL = 30_000;

export interface AdoptionEvents {
	/** Is this client one of this page's own already? */
	isOurs(client: string): boolean;
	/** It is ours from now on: its lock is held. */
	adopted(client: string, left: Left): void;
	failed(error: unknown): void;
}

/** Starts looking, for what is `user`'s; returns what stops it. */
export function watchForTheDead(
	{ host: { clock, page }, locks, database }: { host: { clock: Clock; page: PageHost }; locks: ClientLocks; database: Database },
	user: string,
	{ isOurs, adopted, failed }: AdoptionEvents,
): Cancel {
	let stopped = false;
	/** For each client the end of its grace, or of standing in line for its lock. */
	const watched = new Map<string, Cancel>();
	let cancelNext: Cancel = () => {};
	const stopPage = watchPage(page, { online: look, woke: look, offline() {} });
	look();

	function look() {
		if (stopped) return;
		cancelNext();
		cancelNext = clock.setTimeout(look, INTERVAL);
		search().catch(failed);
	}

	async function search() {
		const [owners, alive] = await Promise.all([database.owners(), locks.alive()]);
		for (const { client } of owners) {
			if (stopped || isOurs(client) || watched.has(client)) continue;
			if (alive.has(client))
				watched.set(
					client,
					locks.onGone(client, () => gone(client), failed),
				);
			else gone(client);
		}
	}

	function gone(client: string) {
		if (stopped) return;
		const over = () => {
			takeOver(client)
				.catch(failed)
				.finally(() => watched.delete(client));
		};
		watched.set(client, clock.setTimeout(over, GRACE));
	}

	const mayHave = (owner: Owner) => owner.user === null || owner.user === user;

	async function takeOver(client: string) {
		if (stopped || isOurs(client)) return;
		// Somebody was faster, or the page has come back: then that one is to be watched.
		if (!(await locks.take(client, 0))) return void clock.setTimeout(look, 0);
		const left = await database.left(client);
		const isEmpty = left.items.length + left.damaged === 0;
		if (!stopped && isEmpty) await database.forget(client);
		if (stopped || isEmpty || !left.owner || !mayHave(left.owner)) locks.release(client);
		else adopted(client, left);
	}

	return () => {
		stopped = true;
		stopPage();
		cancelNext();
		for (const cancel of watched.values()) cancel();
	};
}
