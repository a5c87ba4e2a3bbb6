/** From a publish to its ack: entries gather while a commit runs, and are the next transaction; acks and fan-out follow it. */
import type { Clock } from '../clock.ts';
import type { Publish, User } from '../protocol/frames.ts';
import type { Allowances } from './allowances.ts';
import type { Connection } from './connection.ts';
import { guarded, type Report } from './errors.ts';
import type { Hub } from './hub.ts';
import {
	type Appended,
	type Entry,
	encodeBody,
	frameOf,
	type MessageLog,
	type RoomView,
	type Stored,
} from './log/message-log.ts';
import type { Counters } from './monitor/counters.ts';
import type { Timing } from './monitor/timing.ts';
import type { Receipts } from './receipts.ts';
import { isSystemRoom, NOT_OPEN, type Rights } from './rights.ts';
import { type Act, SERVER } from './rooms/estimation.ts';
import { type Asked, accept } from './rooms/kinds.ts';
import type { Session } from './session.ts';
import type { Span, Tracer } from './tracing.ts';

/** Entries, and characters of them, that may wait for a commit, and how many entries one transaction takes. */
const WAITING = 20_000;
const WAITING_LENGTH = 33_554_432;
const BATCH = 4_096;
/** After a failed commit a client waits this long before it sends again, in milliseconds. */
const RETRY_AFTER = 1_000;

interface Waiting {
	entry: Entry;
	/** Who is to be answered, and what they published; null for the server's own. */
	by: { frame: Publish; connection: Connection; session: Session } | null;
	takenAt: number;
	failed?: (() => void) | undefined;
}

export interface PublisherOptions {
	log: MessageLog;
	hub: Hub;
	clock: Clock;
	report: Report;
	receipts: Receipts;
	counters: Counters;
	rights: Rights;
	allowances: Allowances;
	timings: Record<'response' | 'delivery' | 'commit', Timing>;
	tracer: Tracer | undefined;
	inFlight: number;
	/** What somebody asks of an estimation, with what has to be known of those who are there. */
	actOf(room: string, asked: Asked, user: User): Act;
	/** Votes of a room have changed. */
	voted(room: string): void;
}

export class Publisher {
	readonly #options: PublisherOptions;
	#waiting: Waiting[] = [];
	#waitingLength = 0;
	/** The commit under way, or the one that this tick's end will start. */
	#committing: Promise<void> | undefined;
	#committingSince: number | null = null;
	/** When the log last refused a write, in the clock's time. */
	refusedAt: number | null = null;

	#closed = false;

	constructor(options: PublisherOptions) {
		this.#options = options;
	}

	/** Takes a message, or refuses it at once. Synchronous: the order of arrival is the order in the log. */
	publish(connection: Connection, session: Session, frame: Publish) {
		const user = connection.user;
		if (!user || this.#closed) return;
		const takenAt = this.#options.clock.now();
		this.#options.counters.received += 1;
		const open = this.#options.rights.mayEnter(user, frame.room);
		const refusal = this.#options.allowances.spend(connection, session, open ? frame.room : null, takenAt);
		if (refusal)
			return this.#options.receipts.nack(connection, frame, 'rate-limited', refusal.message, {
				retry: true,
				retryAfterMs: refusal.retryAfterMs,
			});
		if (session.inFlight >= this.#options.inFlight) {
			this.#options.allowances.refused(connection);
			const why = `${session.inFlight} of your messages wait for their ack already`;
			return this.#options.receipts.nack(connection, frame, 'rate-limited', why, { retry: true });
		}
		if (this.#waiting.length >= WAITING || this.#waitingLength >= WAITING_LENGTH)
			return this.#options.receipts.nack(connection, frame, 'overloaded', 'the disk does not keep up', {
				retry: true,
				retryAfterMs: RETRY_AFTER,
			});

		const { room, seq, kind } = frame;
		if (!open) {
			const why = isSystemRoom(room) ? 'this room can only be followed' : NOT_OPEN;
			return this.#options.receipts.nack(connection, frame, 'forbidden', why, { retry: false });
		}
		const client = frame.client ?? session.client;
		const at = this.#options.clock.wall();
		const accepted = accept(kind, frame.data);
		const entry: Entry = { room, client, seq, user: user.id, at, body: '' };
		if (!accepted.ok) entry.refusal = { code: 'invalid-data', message: accepted.message };
		else if ('act' in accepted) entry.act = this.#options.actOf(room, accepted.act, user);
		else entry.body = encodeBody({ room, client, seq, user, kind, data: accepted.data, at });
		session.inFlight += 1;
		connection.unanswered += 1;
		connection.speak();
		this.#add({ entry, by: { frame, connection, session }, takenAt });
	}

	/** `user` leads a room from here on where nobody does. `failed`: it could not be stored. */
	claim(room: string, user: string, failed: () => void) {
		if (this.#closed) return failed();
		const at = this.#options.clock.wall();
		this.#add({
			entry: { room, client: SERVER.id, seq: 0, user, at, body: '', claims: true },
			by: null,
			takenAt: this.#options.clock.now(),
			failed,
		});
	}

	/** Reveals a round by itself. One that is over, or revealed, stays as it is. `failed`: it could not be stored. */
	reveal(room: string, round: number, failed: () => void) {
		if (this.#closed) return failed();
		const act: Act = { kind: 'reveal', data: { round }, user: SERVER, gone: null };
		const at = this.#options.clock.wall();
		const entry: Entry = { room, client: SERVER.id, seq: 0, user: SERVER.id, at, body: '', act };
		this.#add({ entry, by: null, takenAt: this.#options.clock.now(), failed });
	}

	#add(waiting: Waiting) {
		this.#waiting.push(waiting);
		this.#waitingLength += waiting.entry.body.length;
		this.#committing ??= this.#begin();
	}

	/** Commits until nothing waits. Whatever fails on the way, the next message begins anew. */
	#begin(): Promise<void> {
		return this.#commitAll()
			.catch((error: unknown) => this.#options.report('commit', error))
			.finally(() => {
				this.#committingSince = null;
				this.#committing = this.#waiting.length > 0 ? this.#begin() : undefined;
			});
	}

	/** Takes no more and resolves once everything that was taken is answered. What comes now, its client sends again elsewhere. */
	async close(): Promise<void> {
		this.#closed = true;
		while (this.#committing) await this.#committing;
	}

	async #commitAll() {
		// The rest of this tick's frames belong to the same transaction.
		await new Promise<void>((resolve) => setImmediate(resolve));
		while (this.#waiting.length > 0) {
			const batch = this.#take(BATCH);
			const { clock, timings, log, tracer } = this.#options;
			// What the server does by itself is nobody's publish.
			const published = tracer ? batch.filter(({ by }) => by).length : 0;
			const span = published > 0 ? tracer?.start('publish', { messages: published }) : undefined;
			const commit = span?.start('commit');
			try {
				const startedAt = clock.now();
				this.#committingSince = startedAt;
				const appended = await log.append(batch.map(({ entry }) => entry));
				commit?.end();
				timings.commit.record(clock.now() - startedAt);
				this.#answer(batch, appended, span);
				span?.end();
			} catch (error) {
				commit?.fail(error);
				span?.fail(error);
				this.#options.report('commit', error);
				// What came in meanwhile would find its predecessors missing: all of it is sent again.
				for (const { by, failed } of [...batch, ...this.#take(WAITING)]) {
					failed?.();
					if (!by) continue;
					by.session.inFlight -= 1;
					by.connection.unanswered -= 1;
					this.#options.receipts.nack(by.connection, by.frame, 'storage', 'the message could not be stored yet', {
						retry: true,
						retryAfterMs: RETRY_AFTER,
					});
				}
				this.refusedAt = clock.now();
			}
		}
	}

	/** How long the transaction that is under way has lasted, in milliseconds; 0 where there is none. */
	get committingMs(): number {
		return this.#committingSince === null ? 0 : this.#options.clock.now() - this.#committingSince;
	}

	#take(count: number): Waiting[] {
		const taken = this.#waiting.splice(0, count);
		for (const { entry } of taken) this.#waitingLength -= entry.body.length;
		return taken;
	}

	#answer(batch: readonly Waiting[], { results, epoch, views }: Appended, span?: Span) {
		const committed = new Map<string, Stored[]>();
		batch.forEach(({ entry }, index) => {
			const result = results[index];
			if (result?.status !== 'stored') return;
			const stored = { offset: result.offset, frame: frameOf(result.offset, result.body ?? entry.body) };
			const others = committed.get(entry.room);
			if (others) others.push(stored);
			else committed.set(entry.room, [stored]);
		});
		const { hub, clock, timings, counters, receipts, voted } = this.#options;
		const before = counters.delivered;
		const fanOut = span?.start('fan-out', { rooms: committed.size });
		hub.deliver(committed);
		fanOut?.set({ deliveries: counters.delivered - before });
		fanOut?.end();
		const deliveredAt = clock.now();
		batch.forEach(({ by, entry, takenAt }, index) => {
			const result = results[index];
			if (!by || !result) return;
			by.session.inFlight -= 1;
			by.connection.unanswered -= 1;
			if (result.status === 'stored') timings.delivery.record(deliveredAt - takenAt);
			receipts.answer(by.connection, by.frame, entry, result, epoch);
		});
		const answeredAt = clock.now();
		for (const { by, takenAt } of batch) if (by) timings.response.record(answeredAt - takenAt);
		// By now all of it is stored and answered: what fails here must not be taken for a commit that did.
		const told = guarded(this.#options.report, 'state', (room: string, view: RoomView) => {
			hub.changed(room, view);
			voted(room);
		});
		for (const [room, view] of views) told(room, view);
	}
}
