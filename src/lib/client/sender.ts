/** Moves messages of ours from the outbox onto the connection, as many as the server allows, and hears what became of them. */
import type { Ack, ClientFrame, Nack, Welcome } from '../protocol/frames.ts';
import { FRAME_BYTES, IN_FLIGHT } from '../protocol/limits.ts';
import { AckWatch } from './ack-watch.ts';
import { newClientId } from './client-id.ts';
import type { Connection } from './connection.ts';
import { localDrop } from './drop.ts';
import { RealtimeError } from './errors.ts';
import type { Journal } from './journal.ts';
import type { Options } from './options.ts';
import { Outbox } from './outbox.ts';
import { checked, fits, plain } from './outgoing.ts';
import type { Drop, Sent } from './types.ts';

export class Sender {
	readonly outbox: Outbox;
	readonly #journal: Journal;
	readonly #acks: AckWatch;
	#connection: Connection | null = null;
	#limits: Welcome['limits'] = { frameBytes: FRAME_BYTES, inFlight: IN_FLIGHT };
	/** What was handed in before the welcome: its delivery proves the connection. */
	#before = 0;
	#flushing = false;

	constructor({ clock, store, maxQueueSize, ackTimeout }: Options, journal: Journal) {
		const { messages } = journal.statistics;
		this.#journal = journal;
		this.#acks = new AckWatch(clock, ackTimeout, {
			slow: () => this.#connection?.probe(),
			lost: () => this.#connection?.end(localDrop(4201, 'The server did not acknowledge a message in time.')),
		});
		this.outbox = new Outbox({
			clock,
			store,
			maxQueueSize,
			newClient: newClientId,
			changed: (item) => journal.events.emit('outbox', (listener) => listener(item)),
			failed: (error) => {
				messages.failed++;
				journal.error(error);
			},
			ready: () => this.#flushSoon(),
			storeFailed: (error) => journal.error(new RealtimeError('storage', `the outbox could not be kept: ${error}`, error)),
		});
	}

	/** @throws RealtimeError `invalid-data`, `too-large`, `overloaded` */
	send(room: string, kind: string, data: unknown): Sent {
		const copy = plain(data);
		checked({ type: 'publish', room, seq: 1, kind, data: copy });
		const sent = this.outbox.accept(room, kind, copy, this.fits);
		this.#journal.statistics.messages.queued++;
		this.flush();
		return sent;
	}

	/** The welcome has come: everything unacknowledged goes. */
	connected(connection: Connection, { limits }: Welcome): void {
		this.#connection = connection;
		this.#limits = limits;
		this.#before = this.outbox.accepted;
		this.flush();
	}

	dropped(drop: Drop): void {
		this.#connection = null;
		this.#acks.stop();
		this.outbox.dropped(drop.class === 'payload');
	}

	ack(ack: Ack): void {
		if (this.outbox.ack(ack)) this.#journal.statistics.messages.acked++;
		this.#settled();
	}

	nack(nack: Nack): void {
		this.outbox.nack(nack);
		this.#settled();
	}

	/** Everything that waited at the welcome is settled. */
	proven(): boolean {
		return this.outbox.pending(this.#before) === 0;
	}

	close(error: RealtimeError): void {
		this.#connection = null;
		this.#acks.stop();
		this.outbox.close(error);
	}

	readonly fits = (frame: ClientFrame): boolean => fits(frame, this.#limits.frameBytes);

	flush(): void {
		if (!this.#connection) return;
		for (const frame of this.outbox.take(this.#limits.inFlight, this.fits)) {
			this.#journal.statistics.messages.sent++;
			this.#connection.send(frame);
			this.#acks.start();
		}
	}

	#settled() {
		this.#acks.stop();
		if (this.outbox.inFlight() > 0) this.#acks.start();
		this.#flushSoon();
	}

	/** Once a tick, however many answers it saw. */
	#flushSoon() {
		if (this.#flushing) return;
		this.#flushing = true;
		queueMicrotask(() => {
			this.#flushing = false;
			this.flush();
		});
	}
}
