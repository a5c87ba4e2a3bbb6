/** The watcher of a connection, rule 6: any frame is life, silence is death, and waking up asks at once. */
import type { Cancel, Clock } from '../clock.ts';

export interface HeartbeatOptions {
	clock: Clock;
	/** Between two probes for round trips; with `timeoutMs` the longest silence. Milliseconds. */
	intervalMs: number;
	timeoutMs: number;
	/** How long an urgent probe may stay unanswered, in milliseconds. */
	probeTimeout: number;
	/** Send a `ping` with this `at`. */
	ping(at: number): void;
	/** An urgent probe was answered after so many milliseconds; null: it was not. */
	probed(ms: number | null): void;
	/** Nothing came for too long: the connection is dead, whatever the socket says. */
	dead(): void;
}

export interface Heartbeat {
	/** A frame came, no matter which. */
	received(): void;
	/** Asks urgently: without a frame within `probeTimeout` the connection is dead. One such question at a time. */
	probe(): void;
	stop(): void;
}

/** A watch tick, in milliseconds: short against every deadline, so that a late one tells of a stall. */
const TICK = 1_000;
/** A clock that jumped further than this was asleep. */
const JUMP = 5_000;

/** Starts watching with a first `ping`. */
export function startHeartbeat({ clock, intervalMs, timeoutMs, probeTimeout, ping, probed, dead }: HeartbeatOptions): Heartbeat {
	let receivedAt = clock.now();
	let pingedAt: number;
	let tickAt = receivedAt;
	let tickWall = clock.wall();
	/** The part of the present silence in which this process itself stood still and could not listen. */
	let stalled = 0;
	let cancelProbe: Cancel | null = null;
	let cancelTick = clock.setTimeout(tick, TICK);
	send();

	function send() {
		pingedAt = clock.now();
		ping(pingedAt);
	}

	function probe() {
		if (cancelProbe) return;
		send();
		awaitAnswer(probeTimeout);
	}

	function awaitAnswer(ms: number, isLast = false) {
		const due = clock.now() + ms;
		cancelProbe = clock.setTimeout(() => {
			// After a stall the answer may wait behind this very timer: let it through before the verdict.
			if (!isLast && clock.now() - due > TICK) awaitAnswer(TICK, true);
			else {
				probed(null);
				dead();
			}
		}, ms);
	}

	function tick() {
		const now = clock.now();
		const late = now - tickAt - TICK;
		const asleep = Math.abs(clock.wall() - tickWall - (now - tickAt));
		tickAt = now;
		tickWall = clock.wall();
		if (late > TICK) stalled += late;
		cancelTick = clock.setTimeout(tick, TICK);
		if (now - receivedAt - stalled >= intervalMs + timeoutMs) dead();
		else if (late > JUMP || asleep > JUMP) probe();
		else if (now - pingedAt >= intervalMs) send();
	}

	return {
		received() {
			receivedAt = clock.now();
			stalled = 0;
			if (!cancelProbe) return;
			cancelProbe();
			cancelProbe = null;
			probed(receivedAt - pingedAt);
		},
		probe,
		stop() {
			cancelTick();
			cancelProbe?.();
		},
	};
}
