/** The tables of the private rooms, and how an older database becomes a newer one. */
import type { Database } from 'bun:sqlite';

/**
 * An invitation that was taken back has no row: nothing tells that there was one. `hash` is SHA-256 of its token.
 *
 * Each entry brings the database from `user_version` = its index to the next; a released entry is never edited.
 */
const migrations = [
	`
	CREATE TABLE rooms (
		id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL, owner TEXT NOT NULL, created_at INTEGER NOT NULL
	);
	CREATE INDEX rooms_by_owner ON rooms (owner);
	CREATE TABLE members (
		room INTEGER NOT NULL, user TEXT NOT NULL, name TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (room, user)
	) WITHOUT ROWID;
	CREATE INDEX members_by_user ON members (user);
	CREATE TABLE invites (
		id TEXT PRIMARY KEY, room INTEGER NOT NULL, hash TEXT NOT NULL UNIQUE,
		created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, uses INTEGER NOT NULL DEFAULT 0
	) WITHOUT ROWID;
	CREATE INDEX invites_by_room ON invites (room);
	`,
];

/** WAL lets the main thread read while a change is written; FULL makes it wait for the disk, so that what was answered is true after a crash. */
export function configure(database: Database) {
	database.run('PRAGMA busy_timeout = 5000');
	database.run('PRAGMA journal_mode = WAL');
	database.run('PRAGMA synchronous = FULL');
}

/** @throws Error when the database was written by a newer version than this */
export function migrate(database: Database) {
	const version = database.query<{ user_version: number }, []>('PRAGMA user_version').get()?.user_version ?? 0;
	if (version > migrations.length)
		throw new Error(
			`the private rooms have schema ${version}, this version knows up to ${migrations.length}: run the version that wrote them, or a newer one`,
		);
	if (version === migrations.length) return;
	database
		.transaction(() => {
			for (const migration of migrations.slice(version)) database.run(migration);
			database.run(`PRAGMA user_version = ${migrations.length}`);
		})
		.immediate();
}
