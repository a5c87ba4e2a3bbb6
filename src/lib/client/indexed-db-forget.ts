/** Lets go of what a person has left unsent in this browser: they have signed out, and nobody is to find it. */
import { openDatabase } from './indexed-db-database.ts';

/** Resolves when it is gone, as far as this browser keeps anything. The pages that still hold some of it must be closed before. */
export async function forgetOutbox(user: string, indexedDB: IDBFactory | undefined = globalThis.indexedDB): Promise<void> {
	if (!indexedDB) return;
	const database = await openDatabase(indexedDB, () => {});
	try {
		const owners = await database.owners();
		await Promise.all(owners.filter((owner) => owner.user === user).map(({ client }) => database.forget(client)));
	} finally {
		database.close();
	}
}
