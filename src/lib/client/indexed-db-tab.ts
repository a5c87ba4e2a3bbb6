/** Who this tab is. Its session storage survives a reload, and is copied with a duplicated tab: the lock tells the two apart. */
import * as v from 'valibot';
import { newClientId } from './client-id.ts';
import type { Database, Left, Owner } from './indexed-db-database.ts';
import type { TabHost } from './indexed-db-host.ts';
import type { ClientLocks } from './indexed-db-locks.ts';

const KEY = 'holdfast.client';
/** How long the document before this one may take to let go of its lock, in milliseconds: after a reload, and otherwise. */
const PATIENCE_RELOAD = 2_000;
const PATIENCE = 250;

const remembered = v.object({ client: v.string(), connectionNumber: v.pipe(v.number(), v.safeInteger()) });

export type Tab = ReturnType<typeof createTab>;

export function createTab({ sessionStorage, isReload }: TabHost, locks: ClientLocks, database: Database) {
	const life = newClientId();

	function recall() {
		const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), remembered), sessionStorage.getItem(KEY));
		return success ? output : null;
	}

	/** What the tab was before, if nobody else is that now, nobody has taken over what it had, and it was the same person's. */
	async function resume(user: string | null): Promise<Left | null> {
		const before = recall();
		if (!before || !(await locks.take(before.client, isReload ? PATIENCE_RELOAD : PATIENCE))) return null;
		const left = await database.left(before.client);
		const isOthers = user !== null && left.owner !== null && left.owner.user !== null && left.owner.user !== user;
		if (!left.owner || isOthers) {
			locks.release(before.client);
			return null;
		}
		// A browser that crashed may have written the one and not the other.
		const connectionNumber = Math.max(left.owner.connectionNumber, before.connectionNumber);
		return { ...left, owner: { ...left.owner, connectionNumber, life } };
	}

	function remember({ client, connectionNumber }: Pick<Owner, 'client' | 'connectionNumber'>) {
		sessionStorage.setItem(KEY, JSON.stringify({ client, connectionNumber }));
	}

	return {
		life,
		remember,
		/** The next document of this tab begins anew. */
		forget: () => sessionStorage.removeItem(KEY),

		/** Settles who this is, holding the lock; `user`: whom the page takes itself for. */
		async claim(user: string | null): Promise<Left & { owner: Owner }> {
			const before = await resume(user);
			const owner = before?.owner ?? { client: newClientId(), connectionNumber: 0, user, life };
			await locks.take(owner.client, PATIENCE);
			await database.identify(owner);
			remember(owner);
			return { sequences: [], items: [], damaged: 0, ...before, owner };
		},
	};
}
