/** Who has sent what: the last seq of each client in each room, and where a seq that is sent again was stored. */
import type { Database } from 'bun:sqlite';
import * as v from 'valibot';
import { errorCodes } from '../../protocol/codes.ts';
import { IN_FLIGHT } from '../../protocol/limits.ts';
import type { Entry, Result } from './message-log.ts';

export interface Producer {
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
/** A message that came after the last flush, as its producer stands with it. */
export interface Unflushed extends Producer {
	room: number;
	client: string;
}

/** Producers kept in memory; past it the cache starts anew, the database has them all. */
const CACHED = 100_000;
/** Seqs by 64, as many as a client may have unacknowledged: a resent one lies in the newest block or the one before. */
const blockOf = (seq: number) => Math.floor(seq / IN_FLIGHT);
const code = v.picklist(errorCodes);

export class Producers {
	readonly #sql: ReturnType<typeof statements>;
	readonly #known = new Map<string, Producer>();
	/** Those whose row is behind their messages. */
	readonly #behind = new Set<Producer>();

	constructor(database: Database) {
		this.#sql = statements(database);
	}

	/** The producer of an entry in its room; made where there is none and `create` says so. */
	of(entry: Entry, room: number | undefined, create: boolean): Producer | null | 'forbidden' {
		const key = keyOf(room, entry.client);
		let producer = this.#known.get(key) ?? (room === undefined ? null : this.#sql.producer.get(entry.client, room));
		const owner = producer?.user ?? this.#sql.owner.get(entry.client)?.user ?? entry.user;
		if (owner !== entry.user) return 'forbidden';
		if (!producer && create && room !== undefined) {
			const { lastInsertRowid } = this.#sql.add.run(entry.client, room, entry.user);
			producer = { id: Number(lastInsertRowid), user: entry.user, last: 0, tip: null, tipSeq: 0, milestone: null };
		}
		if (producer) this.#known.set(key, producer);
		return producer;
	}

	/** The milestone that a message of `seq` is to name. */
	milestoneFor(producer: Producer, seq: number): number | null {
		return blockOf(producer.tipSeq) < blockOf(seq) ? producer.tip : producer.milestone;
	}

	/** Takes note of a message that this transaction stores. */
	stored(producer: Producer, seq: number, message: number, milestone: number | null) {
		producer.last = producer.tipSeq = seq;
		producer.tip = message;
		producer.milestone = milestone;
		this.#behind.add(producer);
	}

	/** Counts a seq as used by a message that the room refused. */
	refused(producer: Producer, seq: number, at: number, refusal: { code: string; message: string }) {
		this.#sql.addReceipt.run(producer.id, seq, null, at, refusal.code, refusal.message);
		producer.last = seq;
		this.#write(producer);
	}

	/** What was answered to a seq that is sent again. */
	answerAgain(producer: Producer, seq: number): Result {
		const stored = this.#find(producer, seq);
		if (stored) return { status: 'duplicate', offset: stored.offset, at: stored.at };
		const receipt = this.#sql.receipt.get(producer.id, seq);
		if (receipt?.offset != null) return { status: 'duplicate', offset: receipt.offset, at: receipt.at };
		if (receipt) return { status: 'refused', code: v.parse(code, receipt.code), message: receipt.message ?? '', duplicate: true };
		return { status: 'out-of-order', expected: producer.last + 1 };
	}

	/** Brings the rows up to date. Part of the transaction under way. */
	flush() {
		for (const producer of this.#behind) this.#write(producer);
		this.#behind.clear();
		if (this.#known.size > CACHED) this.#known.clear();
	}

	/** Forgets what is in memory and takes it from the messages that no flush has seen, oldest first. */
	recover(messages: readonly Unflushed[]) {
		this.#known.clear();
		this.#behind.clear();
		for (const { room, client, id, user, last, tip, tipSeq, milestone } of messages) {
			const producer = { id, user, last: Math.max(last, tipSeq), tip, tipSeq, milestone };
			const key = keyOf(room, client);
			const known = this.#known.get(key);
			if (known) Object.assign(known, producer);
			else this.#known.set(key, producer);
			this.#behind.add(known ?? producer);
		}
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

	#write({ last, tip, tipSeq, milestone, id }: Producer) {
		this.#sql.set.run(last, tip, tipSeq, milestone, id);
	}
}

const keyOf = (room: number | undefined, client: string) => `${room} ${client}`;

const statements = (database: Database) => ({
	producer: database.query<Producer, [string, number]>(
		'SELECT id, user, last, tip, tip_seq AS tipSeq, milestone FROM producers WHERE client = ? AND room = ?',
	),
	owner: database.query<{ user: string }, [string]>('SELECT user FROM producers WHERE client = ? LIMIT 1'),
	add: database.query<never, [string, number, string]>('INSERT INTO producers (client, room, user) VALUES (?, ?, ?)'),
	set: database.query<never, [number, number | null, number, number | null, number]>(
		'UPDATE producers SET last = ?, tip = ?, tip_seq = ?, milestone = ? WHERE id = ?',
	),
	link: database.query<Link, [number]>('SELECT offset, at, seq, previous, milestone FROM messages WHERE id = ?'),
	receipt: database.query<Receipt, [number, number]>(
		'SELECT offset, at, code, message FROM receipts WHERE producer = ? AND seq = ?',
	),
	addReceipt: database.query<never, [number, number, number | null, number, string, string]>(
		'INSERT INTO receipts (producer, seq, offset, at, code, message) VALUES (?, ?, ?, ?, ?, ?)',
	),
});
