/** Counts attempts since the last stable connection, and decides from them whether there is another one, and when. */
import type { ErrorClass } from '../protocol/codes.ts';
import type { Options } from './options.ts';
import { pauseBefore, reactionTo } from './reaction.ts';
import type { Drop } from './types.ts';

export class Retries {
	/** Reconnect attempts begun since the last stable connection. The very first connect is none. */
	attempts = 0;
	/** The window of the last welcome. */
	spreadMs = 0;
	#began = false;
	readonly #drops = new Map<ErrorClass, number>();
	readonly #options: Options;

	constructor(options: Options) {
		this.#options = options;
	}

	/** An attempt begins: its number. */
	begin(): number {
		if (this.#began) this.attempts++;
		this.#began = true;
		return this.attempts;
	}

	/** Stable, or somebody asks for a fresh start. */
	reset(): void {
		this.attempts = 0;
		this.#drops.clear();
	}

	/** What follows a drop, and after how many milliseconds. */
	after(drop: Drop): { next: 'retry' | 'suspend' | 'stop'; pause: number } {
		const { backoff, clock, maxReconnectAttempts, suspendedInterval } = this.#options;
		const drops = (this.#drops.get(drop.class) ?? 0) + 1;
		this.#drops.set(drop.class, drops);
		if (drops > reactionTo(drop).tries) return { next: 'stop', pause: 0 };
		if (this.attempts >= maxReconnectAttempts) return { next: 'suspend', pause: Math.max(drop.retryAfterMs, suspendedInterval) };
		const chance = { backoff, random: () => clock.random(), spreadMs: this.spreadMs };
		return { next: 'retry', pause: pauseBefore(this.attempts + 1, drop, chance) };
	}
}
