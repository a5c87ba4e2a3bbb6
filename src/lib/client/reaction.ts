/** What the client does about a drop: one table by error class, and the pauses that follow from it. */
import type { ErrorClass } from '../protocol/codes.ts';
import type { Backoff } from './backoff.ts';
import { MOVED } from './drop.ts';
import type { Options } from './options.ts';
import type { Drop } from './types.ts';

export interface Reaction {
	/** Drops of this class in a row, without a stable connection between them, that are answered with another attempt. */
	tries: number;
	/** The first attempt comes without a pause; later ones always back off, or a broken server would be hammered. */
	now?: boolean;
	/** Adds a random share of the server's `spreadMs`: many clients have dropped together. */
	spread?: boolean;
	/** Renews the identity before the next attempt. */
	renew?: boolean;
}

const stop: Reaction = { tries: 0 };
const retry: Reaction = { tries: Number.POSITIVE_INFINITY };
const together: Reaction = { ...retry, spread: true };

/** Rule 10 of the protocol. Who needs another policy for a class changes its row. */
export const reactions: Readonly<Record<ErrorClass, Reaction>> = {
	closed: stop,
	restart: { ...together, now: true },
	protocol: { ...together, tries: 1 },
	connection: together,
	auth: { tries: 3, renew: true },
	payload: retry,
	server: together,
	overload: together,
	forbidden: stop,
	replaced: stop,
	version: stop,
	'rate-limit': retry,
};

/** The codes 42xx mean "reconnect now" whatever their class; only a restart concerns more clients than this one. */
export function reactionTo({ code, class: errorClass }: Pick<Drop, 'code' | 'class'>): Reaction {
	const reaction = reactions[errorClass];
	return code >= MOVED && code < 4300 ? { ...reaction, now: true, spread: errorClass === 'restart' } : reaction;
}

/** Milliseconds before reconnect attempt number `attempt` (from 1 since the last stable connection). */
export function pauseBefore(
	attempt: number,
	drop: Drop,
	{ backoff, random, spreadMs }: { backoff: Backoff; random: () => number; spreadMs: number },
): number {
	const { now, spread } = reactionTo(drop);
	const base = attempt === 1 && now ? 0 : backoff(attempt, random);
	// Once spread, clients stay spread: only the first attempt needs it.
	return Math.max(drop.retryAfterMs, base + (spread && attempt === 1 ? random() * spreadMs : 0));
}

/** Counts attempts since the last stable connection, and decides from them whether there is another one, and when. */
export class Retries {
	/** Reconnect attempts begun since the last stable connection. The very first connect is none. */
	attempts = 0;
	/** The window of the last welcome. */
	spreadMs = 0;
	readonly #drops = new Map<ErrorClass, number>();
	readonly #options: Options;

	constructor(options: Options) {
		this.#options = options;
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
