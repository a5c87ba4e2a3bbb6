/** The tables of the embedded log, and how an older database becomes a newer one. */
import type { Database } from 'bun:sqlite';

/**
 * `messages` only ever grows at its end, whichever room they are for, and has no index: a commit writes a few full pages, not
 * a page a room. What an index would tell is written once in a few thousand messages, in order and for all of them together:
 * their `places` in the rooms, and the rows of their producers. Messages after `log.flushed` still wait for that (see store.ts).
 * A producer is one client in one room. Its messages are a list: each names its `previous` and a `milestone`, the last of the
 * block of seqs before its own, so that a seq sent again is found in a few steps.
 * `estimations`: see estimations.ts. `receipts` are the used seqs that have no message: refused, or trimmed. `rooms.floor` is the last offset that was trimmed.
 *
 * Each entry brings the database from `user_version` = its index to the next; a released entry is never edited.
 */
const migrations = [
	`
	CREATE TABLE log (epoch TEXT NOT NULL, flushed INTEGER NOT NULL DEFAULT 0, probe INTEGER NOT NULL DEFAULT 0);
	CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, floor INTEGER NOT NULL DEFAULT 0);
	CREATE TABLE producers (
		id INTEGER PRIMARY KEY, client TEXT NOT NULL, room INTEGER NOT NULL, user TEXT NOT NULL,
		last INTEGER NOT NULL DEFAULT 0, tip INTEGER, tip_seq INTEGER NOT NULL DEFAULT 0, milestone INTEGER,
		UNIQUE (client, room)
	);
	CREATE TABLE messages (
		id INTEGER PRIMARY KEY AUTOINCREMENT, room INTEGER NOT NULL, offset INTEGER NOT NULL,
		producer INTEGER NOT NULL, seq INTEGER NOT NULL, previous INTEGER, milestone INTEGER,
		at INTEGER NOT NULL, body TEXT NOT NULL
	);
	CREATE TABLE places (
		room INTEGER NOT NULL, offset INTEGER NOT NULL, message INTEGER NOT NULL, PRIMARY KEY (room, offset)
	) WITHOUT ROWID;
	CREATE TABLE receipts (
		producer INTEGER NOT NULL, seq INTEGER NOT NULL, offset INTEGER, at INTEGER NOT NULL, code TEXT, message TEXT,
		PRIMARY KEY (producer, seq)
	) WITHOUT ROWID;
	`,
	'CREATE TABLE estimations (room INTEGER PRIMARY KEY, state TEXT NOT NULL);',
];

/** Where a room's log stands, as far as it was flushed: its last offset, or the floor where all were trimmed. */
export const HEAD_OF_ROOM = `
	SELECT id, floor, coalesce((SELECT max(offset) FROM places WHERE room = rooms.id), floor) AS head FROM rooms`;

/**
 * Settings of every connection to the database. WAL lets the main thread read while the writer commits; FULL makes a
 * commit wait for the disk, so that an ack survives a power cut.
 */
export function configure(database: Database) {
	database.run('PRAGMA busy_timeout = 5000');
	database.run('PRAGMA journal_mode = WAL');
	database.run('PRAGMA synchronous = FULL');
	database.run('PRAGMA cache_size = -65536'); // 64 MiB: the pages of the index that a busy minute touches
	database.run('PRAGMA wal_autocheckpoint = 4000'); // 16 MiB of log between checkpoints: a page changed often is written once
}

/** @throws Error when the database was written by a newer version than this. */
export function migrate(database: Database, newEpoch: () => string) {
	const version = database.query<{ user_version: number }, []>('PRAGMA user_version').get()?.user_version ?? 0;
	if (version > migrations.length)
		throw new Error(
			`the database has schema ${version}, this version knows up to ${migrations.length}: run the version that wrote it, or a newer one`,
		);
	database
		.transaction(() => {
			for (const migration of migrations.slice(version)) database.run(migration);
			if (version === 0) database.query('INSERT INTO log (epoch) VALUES (?)').run(newEpoch());
			database.run(`PRAGMA user_version = ${migrations.length}`);
		})
		.immediate();
}
