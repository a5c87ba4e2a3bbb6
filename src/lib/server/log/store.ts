/** The one writer of the embedded log: numbers a batch of entries and commits it as one transaction. Synchronous; a worker owns it. */
import type { Database } from 'bun:sqlite';
import * as v from 'valibot';
import { errorCodes } from '../../protocol/codes.ts';
import { IN_FLIGHT } from '../../protocol/limits.ts';
import type { Entry, Result } from './message-log.ts';

interface Room {
	id: number;
	head: number;
	floor: number;
}
interface Producer {
	id: number;
	user: string;
	/** Its last used seq. */
	last: number;
	/** Its newest message, that message's seq, and the newest message of the block of seqs before. */
	tip: number | null;
	tipSeq: number;
	milestone: number | null;
}
interface Link {
	offset: number;
	at: number;
	seq: number;
	previous: number | null;
	milestone: number | null;
}
interface Receipt {
	offset: number | null;
	at: number;
	code: string | null;
	message: string | null;
}

/** Seqs by 64, as many as a client may have unacknowledged: a resent one lies in the newest block or the one before. */
const blockOf = (seq: number) => Math.floor(seq / IN_FLIGHT);
/** Rooms and producers kept in memory; past it the cache starts anew, the database has them all. */
const CACHED = 100_000;
const code = v.picklist(errorCodes);

export class Store {
	readonly #database: Database;
	readonly #sql: ReturnType<typeof statements>;
	#rooms = new Map<string, Room>();
	#producers = new Map<string, Producer>();
	/** What the transaction under way has numbered: written once for each room and producer, not for each message. */
	#touchedRooms = new Set<Room>();
	#touchedProducers = new Set<Producer>();

	constructor(database: Database) {
		this.#database = database;
		this.#sql = statements(database);
	}

	/** Commits a batch. Throws when nothing of it was stored. */
	commit(entries: readonly Entry[]): Result[] {
		this.#database.run('BEGIN IMMEDIATE');
		try {
			const results = entries.map((entry) => this.#accept(entry));
			for (const room of this.#touchedRooms) this.#sql.setHead.run(room.head, room.id);
			for (const { last, tip, tipSeq, milestone, id } of this.#touchedProducers)
				this.#sql.setProducer.run(last, tip, tipSeq, milestone, id);
			this.#database.run('COMMIT');
			if (this.#rooms.size > CACHED) this.#rooms.clear();
			if (this.#producers.size > CACHED) this.#producers.clear();
			return results;
		} catch (error) {
			// What was numbered in memory did not happen: the database knows better.
			this.#rooms.clear();
			this.#producers.clear();
			if (this.#database.inTransaction) this.#database.run('ROLLBACK');
			throw error;
		} finally {
			this.#touchedRooms.clear();
			this.#touchedProducers.clear();
		}
	}

	/** Writes a row that means nothing, to learn whether the disk takes writes again. */
	probe() {
		this.#database.run('UPDATE log SET probe = probe + 1');
	}

	#accept(entry: Entry): Result {
		const room = this.#room(entry.room);
		const producer = this.#producer(entry, room);
		if (!producer) return { status: 'forbidden' };
		if (entry.seq <= producer.last) return this.#answerAgain(producer, entry.seq);
		if (entry.seq > producer.last + 1) return { status: 'out-of-order', expected: producer.last + 1 };
		producer.last = entry.seq;
		this.#touchedProducers.add(producer);
		if (entry.refusal) {
			const { code, message } = entry.refusal;
			this.#sql.addReceipt.run(producer.id, entry.seq, null, entry.at, code, message);
			return { status: 'refused', code, message, duplicate: false };
		}
		room.head += 1;
		this.#touchedRooms.add(room);
		if (blockOf(producer.tipSeq) < blockOf(entry.seq)) producer.milestone = producer.tip;
		const { lastInsertRowid } = this.#sql.addMessage.run(
			room.id,
			room.head,
			producer.id,
			entry.seq,
			producer.tip,
			producer.milestone,
			entry.at,
			entry.body,
		);
		producer.tip = Number(lastInsertRowid);
		producer.tipSeq = entry.seq;
		return { status: 'stored', offset: room.head };
	}

	#answerAgain(producer: Producer, seq: number): Result {
		const stored = this.#find(producer, seq);
		if (stored) return { status: 'duplicate', offset: stored.offset, at: stored.at };
		const receipt = this.#sql.receipt.get(producer.id, seq);
		if (receipt?.offset != null) return { status: 'duplicate', offset: receipt.offset, at: receipt.at };
		if (receipt) return { status: 'refused', code: v.parse(code, receipt.code), message: receipt.message ?? '', duplicate: true };
		return { status: 'out-of-order', expected: producer.last + 1 };
	}

	/** Walks back from a producer's newest message: by milestones to the right block of seqs, then one by one. */
	#find(producer: Producer, seq: number): Link | null {
		let link = this.#link(producer.tip);
		let tooFar: number | null = null;
		while (link && link.seq > seq) {
			const far: Link | null = link.milestone === tooFar ? null : this.#link(link.milestone);
			if (!far || far.seq < seq) tooFar = link.milestone;
			link = far && far.seq >= seq ? far : this.#link(link.previous);
		}
		return link?.seq === seq ? link : null;
	}

	#link = (id: number | null): Link | null => (id === null ? null : this.#sql.link.get(id));

	#room(name: string): Room {
		let room = this.#rooms.get(name) ?? this.#sql.room.get(name);
		if (!room) {
			const added = this.#sql.addRoom.run(name);
			room = { id: Number(added.lastInsertRowid), head: 0, floor: 0 };
		}
		this.#rooms.set(name, room);
		return room;
	}

	/** The producer of an entry, or nothing when its client id belongs to somebody else. */
	#producer(entry: Entry, room: Room): Producer | null {
		const key = `${room.id} ${entry.client}`;
		const known = this.#producers.get(key) ?? this.#sql.producer.get(entry.client, room.id);
		const owner = known?.user ?? this.#sql.owner.get(entry.client)?.user ?? entry.user;
		if (owner !== entry.user) return null;
		const producer = known ?? {
			id: Number(this.#sql.addProducer.run(entry.client, room.id, entry.user).lastInsertRowid),
			user: entry.user,
			last: 0,
			tip: null,
			tipSeq: 0,
			milestone: null,
		};
		this.#producers.set(key, producer);
		return producer;
	}

	/**
	 * Trims what the retention allows, at most `limit` messages a call, so that publishing never waits long.
	 * A trimmed message whose sender may still resend it leaves a receipt, so that a late resend is not stored again.
	 * @returns the number of messages that went
	 */
	trim(keep: { messages: number; before: number }, limit: number): number {
		let gone = 0;
		this.#database
			.transaction(() => {
				for (const { id, head, floor } of this.#sql.trimmable.all(keep.messages, keep.before)) {
					const byCount = keep.messages === 0 ? floor : head - keep.messages;
					const byAge = (this.#sql.firstSince.get(id, keep.before)?.offset ?? head + 1) - 1;
					const next = Math.min(Math.max(byCount, byAge, floor), floor + limit - gone);
					if (next <= floor) continue;
					this.#sql.keepReceipts.run(id, next, IN_FLIGHT);
					this.#sql.removeMessages.run(id, next);
					this.#sql.setFloor.run(next, id);
					gone += next - floor;
					if (gone >= limit) return;
				}
			})
			.immediate();
		return gone;
	}
}

const statements = (database: Database) => ({
	room: database.query<Room, [string]>('SELECT id, head, floor FROM rooms WHERE name = ?'),
	addRoom: database.query<never, [string]>('INSERT INTO rooms (name, head, floor) VALUES (?, 0, 0)'),
	setHead: database.query<never, [number, number]>('UPDATE rooms SET head = ? WHERE id = ?'),
	setFloor: database.query<never, [number, number]>('UPDATE rooms SET floor = ? WHERE id = ?'),
	producer: database.query<Producer, [string, number]>(
		'SELECT id, user, last, tip, tip_seq AS tipSeq, milestone FROM producers WHERE client = ? AND room = ?',
	),
	owner: database.query<{ user: string }, [string]>('SELECT user FROM producers WHERE client = ? LIMIT 1'),
	addProducer: database.query<never, [string, number, string]>(
		'INSERT INTO producers (client, room, user, last, tip_seq) VALUES (?, ?, ?, 0, 0)',
	),
	setProducer: database.query<never, [number, number | null, number, number | null, number]>(
		'UPDATE producers SET last = ?, tip = ?, tip_seq = ?, milestone = ? WHERE id = ?',
	),
	addMessage: database.query<never, [number, number, number, number, number | null, number | null, number, string]>(
		'INSERT INTO messages (room, offset, producer, seq, previous, milestone, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
	),
	link: database.query<Link, [number]>('SELECT offset, at, seq, previous, milestone FROM messages WHERE id = ?'),
	receipt: database.query<Receipt, [number, number]>(
		'SELECT offset, at, code, message FROM receipts WHERE producer = ? AND seq = ?',
	),
	addReceipt: database.query<never, [number, number, number | null, number, string, string]>(
		'INSERT INTO receipts (producer, seq, offset, at, code, message) VALUES (?, ?, ?, ?, ?, ?)',
	),
	// A tenth over the count before a room is trimmed: one pass in thousands of messages instead of one a message.
	trimmable: database.query<{ id: number; head: number; floor: number }, [number, number]>(
		`SELECT id, head, floor FROM rooms WHERE head > floor AND ((?1 > 0 AND head - floor > ?1 + ?1 / 10)
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
