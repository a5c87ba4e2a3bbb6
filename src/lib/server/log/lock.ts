/** One server a database: the second is told so and does not start. */
import { Database } from 'bun:sqlite';

/**
 * Holds an exclusive lock on `path` until the returned function is called or the process ends, however it ends:
 * the operating system lets go of it, so a `kill -9` leaves nothing to clean up.
 * @throws Error when another process holds it
 */
export function lock(path: string): () => void {
	const database = new Database(path);
	try {
		database.run('PRAGMA locking_mode = EXCLUSIVE');
		database.run('BEGIN EXCLUSIVE');
	} catch (error) {
		database.close(false);
		throw new Error(`another server uses the database beside ${path}: stop it, or give this one a DATA_DIR of its own`, {
			cause: error,
		});
	}
	return () => database.close(false);
}
