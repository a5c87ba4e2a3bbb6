/** Watches for answers to what was sent: a half-open connection shows itself first there, long before the heartbeat. */
import type { Cancel, Clock } from '../clock.ts';

export interface AckWatchEvents {
	/** Something has waited for 5 s: worth asking whether anybody is there. */
	slow(): void;
	/** Something has waited for `ackTimeout`: this connection will not answer any more. */
	lost(): void;
}

const SLOW = 5_000;

export class AckWatch {
	readonly #clock: Clock;
	readonly #timeoutMs: number;
	readonly #events: AckWatchEvents;
	#cancel: Cancel | null = null;

	constructor(clock: Clock, timeoutMs: number, events: AckWatchEvents) {
		this.#clock = clock;
		this.#timeoutMs = timeoutMs;
		this.#events = events;
	}

	/** Something is on its way. The time runs since the oldest of it, or the last answer. */
	start(): void {
		this.#cancel ??= this.#clock.setTimeout(() => {
			this.#events.slow();
			// The probe may have found it dead, and all is over by now.
			if (this.#cancel) this.#cancel = this.#clock.setTimeout(() => this.#events.lost(), this.#timeoutMs - SLOW);
		}, SLOW);
	}

	stop(): void {
		this.#cancel?.();
		this.#cancel = null;
	}
}
