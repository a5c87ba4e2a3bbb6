/** What the client does about a drop: one table by error class, and the pauses that follow from it. */
import type { ErrorClass } from '../protocol/codes.ts';
import type { Backoff } from './backoff.ts';
import { MOVED } from './drop.ts';
import type { Options } from './options.ts';
import type { Policies, ResolvedPolicy } from './policies.ts';
import type { Drop } from './types.ts';

/** The codes 42xx mean "reconnect now" whatever their class; only a restart concerns more clients than this one. */
export function reactionTo(policies: Policies, { code, class: errorClass }: Pick<Drop, 'code' | 'class'>): ResolvedPolicy {
	const policy = policies[errorClass];
	return code >= MOVED && code < 4300 ? { ...policy, now: true, spread: errorClass === 'restart' } : policy;
}

/** When an attempt is: both counts are from 1, since the last stable connection. */
export interface Turn {
	/** Reconnect attempts, this one included. */
	attempt: number;
	/** Drops of this class, the last one included. */
	drops: number;
	/** The server's window. */
	spreadMs: number;
}

/** Milliseconds before an attempt: the class's own pauses for its first `tries` drops, the general backoff after them. */
export function pauseBefore(
	{ attempt, drops, spreadMs }: Turn,
	drop: Drop,
	{ policies, backoff, random }: { policies: Policies; backoff: Backoff; random: () => number },
): number {
	const { now, spread, tries, pause } = reactionTo(policies, drop);
	const own = drops <= tries ? pause(drops, random) : backoff(attempt, random);
	const base = attempt === 1 && now ? 0 : own;
	// Once spread, clients stay spread: only the first attempt needs it. Those told the same `Retry-After` would come back together too.
	return Math.max(drop.retryAfterMs, base) + (spread && attempt === 1 ? random() * spreadMs : 0);
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

	/** What follows a drop, and after how many milliseconds. `renew`: with a new identity. */
	after(drop: Drop): { next: 'retry' | 'suspend' | 'stop'; pause: number; renew: boolean } {
		const { policies, backoff, clock, maxReconnectAttempts, suspendedInterval, jitter } = this.#options;
		const { tries, afterwards, renew = false } = reactionTo(policies, drop);
		const drops = (this.#drops.get(drop.class) ?? 0) + 1;
		this.#drops.set(drop.class, drops);
		if (afterwards === 'stop' && drops > tries) return { next: 'stop', pause: 0, renew };
		const random = () => clock.random();
		if (this.attempts >= maxReconnectAttempts) {
			const pause = suspendedInterval * (1 + jitter * (2 * random() - 1));
			return { next: 'suspend', pause: Math.max(drop.retryAfterMs, pause), renew };
		}
		const turn = { attempt: this.attempts + 1, drops, spreadMs: this.spreadMs };
		return { next: 'retry', pause: pauseBefore(turn, drop, { policies, backoff, random }), renew };
	}
}
