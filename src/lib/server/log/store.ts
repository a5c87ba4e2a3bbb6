/** The one writer of the embedded log: numbers a batch of entries and commits it as one transaction. Synchronous; a worker owns it. */
import type { Database } from 'bun:sqlite';
import { IN_FLIGHT } from '../../protocol/limits.ts';
import type { Entry, Result } from './message-log.ts';
import { Producers } from './producers.ts';
import { HEAD_OF_ROOM } from './schema.ts';

interface Room {
	id: number;
	head: number;
	floor: number;
}

/** Rooms kept in memory; past it the cache starts anew, the database has them all. */
const CACHED = 100_000;

export class Store {
	readonly #database: Database;
	readonly #sql: ReturnType<typeof statements>;
	readonly #producers: Producers;
	readonly #rooms = new Map<string, Room>();

	constructor(database: Database) {
		this.#database = database;
		this.#sql = statements(database);
		this.#producers = new Producers(database);
	}

	/** Commits a batch. Throws when nothing of it was stored. */
	commit(entries: readonly Entry[]): Result[] {
		return this.#transaction(() => {
			const results = entries.map((entry) => this.#accept(entry));
			this.#producers.flush();
			return results;
		});
	}

	/** Writes a row that means nothing, to learn whether the disk takes writes again. */
	probe() {
		this.#database.run('UPDATE log SET probe = probe + 1');
	}

	/**
	 * Trims what the retention allows, at most `limit` messages a call, so that publishing never waits long.
	 * A trimmed message whose sender may still resend it leaves a receipt, so that a late resend is not stored again.
	 * @returns the number of messages that went
	 */
	trim(keep: { messages: number; before: number }, limit: number): number {
		return this.#transaction(() => {
			// The rows of the producers are completed from messages that may go now.
			this.#producers.flush(true);
			let gone = 0;
			for (const { id, head, floor } of this.#sql.trimmable.all(keep.messages, keep.before)) {
				const byCount = keep.messages === 0 ? floor : head - keep.messages;
				const byAge = (this.#sql.firstSince.get(id, keep.before)?.offset ?? head + 1) - 1;
				const next = Math.min(Math.max(byCount, byAge, floor), floor + limit - gone);
				if (next <= floor) continue;
				this.#sql.keepReceipts.run(id, next, IN_FLIGHT);
				this.#sql.removeMessages.run(id, next);
				this.#sql.setFloor.run(next, id);
				gone += next - floor;
				if (gone >= limit) break;
			}
			return gone;
		});
	}

	#transaction<Value>(run: () => Value): Value {
		this.#database.run('BEGIN IMMEDIATE');
		try {
			const value = run();
			this.#database.run('COMMIT');
			return value;
		} catch (error) {
			if (this.#database.inTransaction) this.#database.run('ROLLBACK');
			// What was numbered in memory did not happen: the database knows better.
			this.#rooms.clear();
			this.#producers.recover();
			throw error;
		}
	}

	#accept(entry: Entry): Result {
		const room = this.#room(entry.room);
		const producer = this.#producers.of(entry, room.id);
		if (!producer) return { status: 'forbidden' };
		if (entry.seq <= producer.last) return this.#producers.answerAgain(producer, entry.seq);
		if (entry.seq > producer.last + 1) return { status: 'out-of-order', expected: producer.last + 1 };
		if (entry.refusal) {
			this.#producers.refused(producer, entry, entry.refusal);
			return { status: 'refused', ...entry.refusal, duplicate: false };
		}
		room.head += 1;
		const { seq, at, body } = entry;
		const milestone = this.#producers.milestoneFor(producer, seq);
		const { lastInsertRowid } = this.#sql.addMessage.run(room.id, room.head, producer.id, seq, producer.tip, milestone, at, body);
		this.#producers.stored(producer, seq, Number(lastInsertRowid), milestone);
		return { status: 'stored', offset: room.head };
	}

	#room(name: string): Room {
		const known = this.#rooms.get(name);
		if (known) return known;
		const room = this.#sql.room.get(name) ?? { id: Number(this.#sql.addRoom.run(name).lastInsertRowid), head: 0, floor: 0 };
		if (this.#rooms.size >= CACHED) this.#rooms.clear();
		this.#rooms.set(name, room);
		return room;
	}
}

const statements = (database: Database) => ({
	room: database.query<Room, [string]>(`${HEAD_OF_ROOM} WHERE name = ?`),
	addRoom: database.query<never, [string]>('INSERT INTO rooms (name) VALUES (?)'),
	setFloor: database.query<never, [number, number]>('UPDATE rooms SET floor = ? WHERE id = ?'),
	addMessage: database.query<never, [number, number, number, number, number | null, number | null, number, string]>(
		'INSERT INTO messages (room, offset, producer, seq, previous, milestone, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
	),
	// A tenth over the count before a room is trimmed: one pass in thousands of messages instead of one a message.
	trimmable: database.query<Room, [number, number]>(
		`SELECT * FROM (${HEAD_OF_ROOM}) WHERE head > floor AND ((?1 > 0 AND head - floor > ?1 + ?1 / 10)
		 OR (SELECT at FROM messages WHERE room = id AND offset = floor + 1) < ?2)`,
	),
	firstSince: database.query<{ offset: number }, [number, number]>(
		'SELECT offset FROM messages WHERE room = ? AND at >= ? ORDER BY offset LIMIT 1',
	),
	keepReceipts: database.query<never, [number, number, number]>(
		`INSERT OR IGNORE INTO receipts (producer, seq, offset, at)
		 SELECT m.producer, m.seq, m.offset, m.at FROM messages m JOIN producers p ON p.id = m.producer
		 WHERE m.room = ? AND m.offset <= ? AND m.seq > p.last - ?`,
	),
	removeMessages: database.query<never, [number, number]>('DELETE FROM messages WHERE room = ? AND offset <= ?'),
});
