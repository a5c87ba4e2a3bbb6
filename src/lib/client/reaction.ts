/** What the client does about a drop: one table by error class, and the pause that follows from it. */
import { closeCode, type ErrorClass } from '../protocol/codes.ts';
import type { Backoff } from './backoff.ts';
import type { Drop } from './types.ts';

export interface Reaction {
	/** Drops of this class in a row, without a stable connection between them, that are answered with another attempt. */
	tries: number;
	/** The pause before the first attempt; later ones always back off, or a broken server would be hammered. */
	first: 'now' | 'backoff';
	/** Adds a random share of the server's `spreadMs`: many clients have dropped together. */
	spread: boolean;
	/** Renews the identity before the next attempt. */
	renew: boolean;
}

const retry: Reaction = { tries: Number.POSITIVE_INFINITY, first: 'backoff', spread: true, renew: false };
const stop: Reaction = { ...retry, tries: 0 };

/** Rule 10 of the protocol. Who needs another policy for a class changes its row. */
export const reactions: Readonly<Record<ErrorClass, Reaction>> = {
	closed: stop,
	restart: { ...retry, first: 'now' },
	protocol: { ...retry, tries: 1 },
	connection: retry,
	auth: { ...retry, tries: 3, spread: false, renew: true },
	payload: { ...retry, spread: false },
	server: retry,
	overload: retry,
	forbidden: stop,
	replaced: stop,
	version: stop,
	'rate-limit': { ...retry, spread: false },
};

/** The codes 42xx mean "reconnect now" whatever their class; only a restart concerns more clients than this one. */
export function reactionTo({ code, class: errorClass }: Pick<Drop, 'code' | 'class'>): Reaction {
	const reaction = reactions[errorClass];
	const now = code >= closeCode.moved && code < 4300;
	return now ? { ...reaction, first: 'now', spread: errorClass === 'restart' } : reaction;
}

/** Milliseconds before reconnect attempt number `attempt` (from 1 since the last stable connection). */
export function pauseBefore(
	attempt: number,
	drop: Drop,
	{ backoff, random, spreadMs }: { backoff: Backoff; random: () => number; spreadMs: number },
): number {
	const { first, spread } = reactionTo(drop);
	const base = attempt === 1 && first === 'now' ? 0 : backoff(attempt, random);
	// Once spread, clients stay spread: only the first attempt needs it.
	return Math.max(drop.retryAfterMs, base + (spread && attempt === 1 ? random() * spreadMs : 0));
}
