/** The watcher of a connection, rule 6: any frame is life, silence is death, and waking up asks at once. */
import type { Cancel, Clock } from '../clock.ts';

export interface HeartbeatOptions {
	clock: Clock;
	/** Between two probes for round trips; with `timeoutMs` the longest silence. Milliseconds. */
	intervalMs: number;
	timeoutMs: number;
	/** How long an urgent probe may stay unanswered, in milliseconds. */
	probeTimeoutMs: number;
}

export interface HeartbeatEvents {
	/** Send a `ping` with this `at`. */
	ping(at: number): void;
	/** Nothing came for too long: the connection is dead, whatever the socket says. */
	dead(): void;
}

/** A watch tick, in milliseconds: short against every deadline, so that a late one tells of a stall. */
const TICK = 1_000;
/** A clock that jumped further than this was asleep. */
const JUMP = 5_000;

export class Heartbeat {
	readonly #options: HeartbeatOptions;
	readonly #events: HeartbeatEvents;
	#receivedAt: number;
	#pingedAt = Number.NEGATIVE_INFINITY;
	#tickAt: number;
	#tickWall: number;
	/** The part of the present silence in which this process itself stood still and could not listen. */
	#stalled = 0;
	#cancelTick: Cancel;
	#cancelProbe: Cancel | null = null;

	/** Starts watching with a first `ping`. */
	constructor(options: HeartbeatOptions, events: HeartbeatEvents) {
		this.#options = options;
		this.#events = events;
		this.#receivedAt = this.#tickAt = options.clock.now();
		this.#tickWall = options.clock.wall();
		this.#cancelTick = options.clock.setTimeout(() => this.#tick(), TICK);
		this.#ping();
	}

	/** A frame came, no matter which. */
	received(): void {
		this.#receivedAt = this.#options.clock.now();
		this.#stalled = 0;
		this.#cancelProbe?.();
		this.#cancelProbe = null;
	}

	/** Asks urgently: without a frame within `probeTimeoutMs` the connection is dead. One such question at a time. */
	probe(): void {
		if (this.#cancelProbe) return;
		this.#ping();
		this.#awaitAnswer(this.#options.probeTimeoutMs, true);
	}

	stop(): void {
		this.#cancelTick();
		this.#cancelProbe?.();
	}

	#ping() {
		this.#pingedAt = this.#options.clock.now();
		this.#events.ping(this.#pingedAt);
	}

	#awaitAnswer(ms: number, again: boolean) {
		const { clock } = this.#options;
		const due = clock.now() + ms;
		this.#cancelProbe = clock.setTimeout(() => {
			// After a stall the answer may wait behind this very timer: let it through before the verdict.
			if (again && clock.now() - due > TICK) this.#awaitAnswer(TICK, false);
			else this.#events.dead();
		}, ms);
	}

	#tick() {
		const { clock, intervalMs, timeoutMs } = this.#options;
		const now = clock.now();
		const wall = clock.wall();
		const late = now - this.#tickAt - TICK;
		const asleep = Math.abs(wall - this.#tickWall - (now - this.#tickAt));
		this.#tickAt = now;
		this.#tickWall = wall;
		if (late > TICK) this.#stalled += late;
		this.#cancelTick = clock.setTimeout(() => this.#tick(), TICK);
		if (now - this.#receivedAt - this.#stalled >= intervalMs + timeoutMs) this.#events.dead();
		else if (late > JUMP || asleep > JUMP) this.probe();
		else if (now - this.#pingedAt >= intervalMs) this.#ping();
	}
}
