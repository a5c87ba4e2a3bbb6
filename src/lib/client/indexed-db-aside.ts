/** A page that goes into the browser's back-forward cache must hold no lock, or it is thrown away: what it finds when it comes back. */
import type { Database } from './indexed-db-database.ts';
import type { ClientLocks } from './indexed-db-locks.ts';

/** What this page itself has let go of a moment ago may not be free yet, in milliseconds. */
const PATIENCE = 250;

/**
 * Takes the locks of `clients`, each with its life, back. Resolves with those that another page has, or has been meanwhile: it may
 * have handed out numbers that are unknown here.
 */
export async function takeBack(
	{ locks, database }: { locks: ClientLocks; database: Database },
	clients: [client: string, life: string][],
): Promise<string[]> {
	const lost: string[] = [];
	for (const [client, life] of clients) {
		if (!(await locks.take(client, PATIENCE))) lost.push(client);
		else if ((await database.left(client)).owner?.life !== life) {
			locks.release(client);
			lost.push(client);
		}
	}
	return lost;
}
