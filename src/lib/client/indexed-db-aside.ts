/** A page that goes into the browser's back-forward cache must hold no lock, or it is thrown away: what it finds when it comes back. */
import type { Database } from './indexed-db-database.ts';
import type { ClientLocks } from './indexed-db-locks.ts';

/** What this page itself has let go of a moment ago may not be free yet, in milliseconds. */
const PATIENCE = 250;

/** Takes the locks of `clients` back; resolves with those that another page has taken over. */
export async function takeBack(
	{ locks, database }: { locks: ClientLocks; database: Database },
	clients: string[],
): Promise<string[]> {
	const lost: string[] = [];
	for (const client of clients) {
		if (!(await locks.take(client, PATIENCE))) lost.push(client);
		else if (!(await database.left(client)).owner) {
			locks.release(client);
			lost.push(client);
		}
	}
	return lost;
}
