/** From a publish to its ack: entries gather while a commit runs, and are the next transaction; acks and fan-out follow it. */
import type { Clock } from '../clock.ts';
import type { ErrorCode } from '../protocol/codes.ts';
import type { Publish } from '../protocol/frames.ts';
import type { Connection } from './connection.ts';
import type { Report } from './errors.ts';
import type { Hub } from './hub.ts';
import type { Incidents } from './incidents/incidents.ts';
import { type Entry, encodeBody, frameOf, type MessageLog, type Result, type Stored } from './log/message-log.ts';
import type { Counters } from './monitor/counters.ts';
import type { Timing } from './monitor/timing.ts';
import { isSystemRoom } from './rights.ts';
import { accept } from './rooms/kinds.ts';
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
	frame: Publish;
	connection: Connection;
	session: Session;
	takenAt: number;
}

/** Of a `nack`, beside its code and message. */
interface Refusal {
	retry: boolean;
	retryAfterMs?: number;
	expected?: number;
	duplicate?: true | undefined;
}

export interface PublisherOptions {
	log: MessageLog;
	hub: Hub;
	clock: Clock;
	report: Report;
	incidents: Incidents;
	counters: Counters;
	timings: Record<'response' | 'delivery' | 'commit', Timing>;
	tracer: Tracer | undefined;
	inFlight: number;
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
		const wait = session.bucket.take(takenAt);
		if (wait > 0)
			return this.#nack(connection, frame, 'rate-limited', 'you send faster than this server takes', {
				retry: true,
				retryAfterMs: wait,
			});
		if (session.inFlight >= this.#options.inFlight)
			return this.#nack(connection, frame, 'rate-limited', `${session.inFlight} of your messages wait for their ack already`, {
				retry: true,
			});
		if (this.#waiting.length >= WAITING || this.#waitingLength >= WAITING_LENGTH)
			return this.#nack(connection, frame, 'overloaded', 'the disk does not keep up', { retry: true, retryAfterMs: RETRY_AFTER });

		const { room, seq, kind } = frame;
		if (isSystemRoom(room)) return this.#nack(connection, frame, 'forbidden', 'this room can only be followed', { retry: false });
		const client = frame.client ?? session.client;
		const at = this.#options.clock.wall();
		const accepted = accept(kind, frame.data);
		const entry: Entry = accepted.ok
			? { room, client, seq, user: user.id, at, body: encodeBody({ room, client, seq, user, kind, data: accepted.data, at }) }
			: { room, client, seq, user: user.id, at, body: '', refusal: { code: 'invalid-data', message: accepted.message } };
		session.inFlight += 1;
		connection.unanswered += 1;
		connection.speak();
		this.#waiting.push({ entry, frame, connection, session, takenAt });
		this.#waitingLength += entry.body.length;
		this.#committing ??= this.#commitAll();
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
			const span = tracer?.start('publish', { messages: batch.length });
			const commit = span?.start('commit');
			this.#committingSince = clock.now();
			try {
				const { epoch, results } = await log.append(batch.map(({ entry }) => entry));
				commit?.end();
				timings.commit.record(clock.now() - this.#committingSince);
				this.#answer(batch, results, epoch, span);
				span?.end();
			} catch (error) {
				this.refusedAt = clock.now();
				commit?.fail(error);
				span?.fail(error);
				this.#options.report('commit', error);
				// What came in meanwhile would find its predecessors missing: all of it is sent again.
				for (const each of [...batch, ...this.#take(WAITING)]) {
					each.session.inFlight -= 1;
					each.connection.unanswered -= 1;
					this.#nack(each.connection, each.frame, 'storage', 'the message could not be stored yet', {
						retry: true,
						retryAfterMs: RETRY_AFTER,
					});
				}
			}
		}
		this.#committingSince = null;
		this.#committing = undefined;
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

	#answer(batch: readonly Waiting[], results: readonly Result[], epoch: string, span?: Span) {
		const committed = new Map<string, Stored[]>();
		batch.forEach(({ entry }, index) => {
			const result = results[index];
			if (result?.status !== 'stored') return;
			const stored = { offset: result.offset, frame: frameOf(result.offset, entry.body) };
			const others = committed.get(entry.room);
			if (others) others.push(stored);
			else committed.set(entry.room, [stored]);
		});
		const { hub, clock, timings, counters } = this.#options;
		const before = counters.delivered;
		const fanOut = span?.start('fan-out', { rooms: committed.size });
		hub.deliver(committed);
		fanOut?.set({ deliveries: counters.delivered - before });
		fanOut?.end();
		const deliveredAt = clock.now();
		batch.forEach((each, index) => {
			each.session.inFlight -= 1;
			each.connection.unanswered -= 1;
			const result = results[index];
			if (result?.status === 'stored') timings.delivery.record(deliveredAt - each.takenAt);
			if (result) this.#acknowledge(each, result, epoch);
		});
		const answeredAt = clock.now();
		for (const { takenAt } of batch) timings.response.record(answeredAt - takenAt);
	}

	#acknowledge({ connection, frame, entry }: Waiting, result: Result, epoch: string) {
		const { room, seq } = entry;
		const { counters } = this.#options;
		switch (result.status) {
			case 'stored':
				counters.stored += 1;
				return ack(connection, frame, { epoch, offset: result.offset, at: entry.at });
			case 'duplicate':
				counters.duplicates += 1;
				return ack(connection, frame, { epoch, offset: result.offset, at: result.at, duplicate: true });
			case 'refused':
				return this.#nack(connection, frame, result.code, result.message, {
					retry: false,
					duplicate: result.duplicate || undefined,
				});
			case 'forbidden':
				return this.#nack(connection, frame, 'forbidden', 'this client id belongs to somebody else', { retry: false });
			case 'out-of-order':
				return this.#nack(connection, frame, 'out-of-order', `room ${room} expects seq ${result.expected} of you, not ${seq}`, {
					retry: true,
					expected: result.expected,
				});
		}
	}

	#nack(connection: Connection, frame: Publish, code: ErrorCode, message: string, more: Refusal) {
		const { room, seq, client } = frame;
		connection.send(JSON.stringify({ type: 'nack', room, seq, code, message, ...more, client }));
		this.#options.counters.failed += 1;
		this.#options.incidents.error(connection, code, { room, retryAfterMs: more.retryAfterMs ?? 0 });
	}
}

/** Encoded by hand: there is one for every message. `client` rides along where the frame named one: the seq is that client's. */
function ack(
	connection: Connection,
	{ room, seq, client }: Publish,
	{ epoch, offset, at, duplicate }: { epoch: string; offset: number; at: number; duplicate?: true },
) {
	const place = `"room":${JSON.stringify(room)},"seq":${seq},"epoch":${JSON.stringify(epoch)},"offset":${offset},"at":${at}`;
	connection.send(`{"type":"ack",${place}${duplicate ? ',"duplicate":true' : ''}${client ? `,"client":"${client}"` : ''}}`);
}
