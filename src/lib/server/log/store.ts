/** The one writer of the embedded log: numbers a batch of entries and commits it as one transaction. Synchronous; a worker owns it. */
import type { Database } from 'bun:sqlite';
import { IN_FLIGHT } from '../../protocol/limits.ts';
import { Estimations } from './estimations.ts';
import { type Entry, encodeBody, type Result, type RoomView } from './message-log.ts';
import { type Producer, Producers, type Unflushed } from './producers.ts';
import { HEAD_OF_ROOM } from './schema.ts';

interface Room {
	id: number;
	head: number;
	floor: number;
}

interface UnflushedMessage extends Unflushed {
	name: string;
	floor: number;
	offset: number;
	length: number;
}

/** Rooms kept in memory; past it the cache starts anew, the database has them all. */
const CACHED = 100_000;
/** Messages, or characters of them, after which their places and their producers are written. */
const FLUSH_MESSAGES = 8_192;
const FLUSH_LENGTH = 8_388_608;

export class Store {
	readonly #database: Database;
	readonly #sql: ReturnType<typeof statements>;
	readonly #producers: Producers;
	readonly #estimations: Estimations;
	readonly #rooms = new Map<string, Room>();

	#unflushed = 0;
	#unflushedLength = 0;
	/** What is in memory may be ahead of the database. */
	#stale = false;

	/** Begins with everything flushed. */
	constructor(database: Database) {
		this.#database = database;
		this.#sql = statements(database);
		this.#producers = new Producers(database);
		this.#estimations = new Estimations(database);
		this.#recover();
		this.#transaction(() => this.#flush());
	}

	/** Commits a batch. Throws when nothing of it was stored. `flushed`: from here on the tables tell all there is. */
	commit(entries: readonly Entry[]): { results: Result[]; flushed: boolean; views: [room: string, view: RoomView][] } {
		return this.#transaction(() => {
			const results = entries.map((entry) => this.#accept(entry));
			const views = this.#estimations.write();
			const flushed = this.#unflushed >= FLUSH_MESSAGES || this.#unflushedLength >= FLUSH_LENGTH;
			if (flushed) this.#flush();
			return { results, flushed, views };
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
			this.#flush(); // it reads messages that may go now
			let gone = 0;
			for (const { id, head, floor } of this.#sql.trimmable.all(keep.messages, keep.before)) {
				const byCount = keep.messages === 0 ? floor : head - keep.messages;
				const byAge = (this.#sql.firstSince.get(id, keep.before)?.offset ?? head + 1) - 1;
				const next = Math.min(Math.max(byCount, byAge, floor), floor + limit - gone);
				if (next <= floor) continue;
				this.#sql.keepReceipts.run(id, next, IN_FLIGHT);
				this.#sql.removeMessages.run(id, next);
				this.#sql.removePlaces.run(id, next);
				this.#sql.setFloor.run(next, id);
				gone += next - floor;
				if (gone >= limit) break;
			}
			return gone;
		});
	}

	#transaction<Value>(run: () => Value): Value {
		if (this.#stale) this.#recover();
		this.#database.run('BEGIN IMMEDIATE');
		try {
			const value = run();
			this.#database.run('COMMIT');
			this.#estimations.committed();
			return value;
		} catch (error) {
			// What was numbered in memory did not happen. Should the disk refuse to tell what did, the next call asks again first.
			this.#stale = true;
			try {
				this.#recover();
			} catch (cause) {
				throw new Error(`${error}; then what is stored could not be read: ${cause}`, { cause: error });
			}
			throw error;
		}
	}

	#flush() {
		this.#sql.addPlaces.run();
		this.#sql.setFlushed.run();
		this.#producers.flush();
		this.#unflushed = this.#unflushedLength = 0;
		if (this.#rooms.size > CACHED) this.#rooms.clear();
	}

	/** Forgets what is in memory and reads what no flush has seen: at the start, and when a transaction did not happen. */
	#recover() {
		if (this.#database.inTransaction) this.#database.run('ROLLBACK');
		const messages = this.#sql.unflushed.all();
		this.#producers.recover(messages);
		this.#estimations.recover();
		this.#rooms.clear();
		for (const { room, name, offset, floor } of messages) this.#rooms.set(name, { id: room, head: offset, floor });
		this.#unflushed = messages.length;
		this.#unflushedLength = messages.reduce((sum, { length }) => sum + length, 0);
		this.#stale = false;
	}

	#accept(entry: Entry): Result {
		if (entry.claims) return this.#claim(entry);
		// Only a first message makes a room or a producer: what is out of order leaves nothing behind.
		const creates = entry.seq <= 1;
		const room = this.#room(entry.room, creates);
		const producer = this.#producers.of(entry, room?.id, creates);
		if (producer === 'forbidden') return { status: 'forbidden' };
		if (!room || !producer) return { status: 'out-of-order', expected: 1 };
		const seq = entry.seq || producer.last + 1;
		if (seq <= producer.last) return this.#producers.answerAgain(producer, seq);
		if (seq > producer.last + 1) return { status: 'out-of-order', expected: producer.last + 1 };
		const refuse = (refusal: Exclude<Entry['refusal'], undefined>): Result => {
			// The server's own has no number that it could be sent again with.
			if (entry.seq > 0) this.#producers.refused(producer, seq, entry.at, refusal);
			return { status: 'refused', ...refusal, duplicate: false };
		};
		if (entry.refusal) return refuse(entry.refusal);
		if (!entry.act) return { status: 'stored', offset: this.#add(room, producer, seq, entry.at, entry.body) };

		const verdict = this.#estimations.judge(room.id, entry.room, entry.act, room.head + 1);
		if (!verdict.ok) return refuse({ code: verdict.code, message: verdict.message });
		const { room: name, client, at } = entry;
		const { kind, user } = entry.act;
		const body = encodeBody({ room: name, client, seq, user, kind, data: verdict.data, at });
		return { status: 'stored', offset: this.#add(room, producer, seq, at, body), body };
	}

	#add(room: Room, producer: Producer, seq: number, at: number, body: string): number {
		room.head += 1;
		const milestone = this.#producers.milestoneFor(producer, seq);
		const { lastInsertRowid } = this.#sql.addMessage.run(room.id, room.head, producer.id, seq, producer.tip, milestone, at, body);
		this.#producers.stored(producer, seq, Number(lastInsertRowid), milestone);
		this.#unflushed += 1;
		this.#unflushedLength += body.length;
		return room.head;
	}

	#claim({ room: name, user }: Entry): Result {
		const room = this.#room(name, true);
		if (room) this.#estimations.claim(room.id, name, user);
		return { status: 'claimed' };
	}

	#room(name: string, create: boolean): Room | null {
		const known = this.#rooms.get(name);
		if (known) return known;
		let room = this.#sql.room.get(name);
		if (!room && create) room = { id: Number(this.#sql.addRoom.run(name).lastInsertRowid), head: 0, floor: 0 };
		if (!room) return null;
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
	addPlaces: database.query<never, []>(
		'INSERT INTO places SELECT room, offset, id FROM messages WHERE id > (SELECT flushed FROM log) ORDER BY room, offset',
	),
	setFlushed: database.query<never, []>('UPDATE log SET flushed = coalesce((SELECT max(id) FROM messages), flushed)'),
	unflushed: database.query<UnflushedMessage, []>(
		`SELECT p.id, p.user, p.last, m.id AS tip, m.seq AS tipSeq, m.milestone, p.client,
		 m.room, r.name, r.floor, m.offset, length(m.body) AS length
		 FROM messages m JOIN producers p ON p.id = m.producer JOIN rooms r ON r.id = m.room
		 WHERE m.id > (SELECT flushed FROM log) ORDER BY m.id`,
	),
	// A tenth over the count before a room is trimmed: one pass in thousands of messages instead of one a message.
	trimmable: database.query<Room, [number, number]>(
		`SELECT * FROM (${HEAD_OF_ROOM}) f WHERE head > floor AND ((?1 > 0 AND head - floor > ?1 + ?1 / 10)
		 OR (SELECT m.at FROM places p JOIN messages m ON m.id = p.message WHERE p.room = f.id AND p.offset = f.floor + 1) < ?2)`,
	),
	firstSince: database.query<{ offset: number }, [number, number]>(
		'SELECT p.offset FROM places p JOIN messages m ON m.id = p.message WHERE p.room = ? AND m.at >= ? ORDER BY p.offset LIMIT 1',
	),
	keepReceipts: database.query<never, [number, number, number]>(
		`INSERT OR IGNORE INTO receipts (producer, seq, offset, at)
		 SELECT m.producer, m.seq, m.offset, m.at FROM places l JOIN messages m ON m.id = l.message JOIN producers p ON p.id = m.producer
		 WHERE l.room = ? AND l.offset <= ? AND m.seq > p.last - ?`,
	),
	removeMessages: database.query<never, [number, number]>(
		'DELETE FROM messages WHERE id IN (SELECT message FROM places WHERE room = ? AND offset <= ?)',
	),
	removePlaces: database.query<never, [number, number]>('DELETE FROM places WHERE room = ? AND offset <= ?'),
});
