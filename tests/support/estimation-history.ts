/** What a history tells of an estimation: which cards were played, and what was shown of them. */
import * as v from 'valibot';
import { revealed, sessionState } from '../../src/lib/protocol/estimation.ts';
import type { User } from '../../src/lib/protocol/frames.ts';
import { type EventOf, hashOf } from './history.ts';

const vote = v.object({ round: v.number(), value: v.nullable(v.string()) });
/** What a room sees of a vote: nothing else, or it is not hidden. */
const hidden = v.strictObject({ round: v.number(), voted: v.boolean() });
const round = v.object({ round: v.number() });

/** Of a message that was sent: what the room is to see of it, and the card that was played. */
export function sentOf(kind: string, data: unknown): Pick<EventOf<'send'>, 'hash' | 'vote'> {
	if (kind === 'vote' && v.is(vote, data))
		return { hash: hashOf(kind, { round: data.round, voted: data.value !== null }), vote: data };
	if (kind === 'reset' && v.is(round, data)) return { hash: hashOf(kind, data.round + 1) };
	if (kind === 'reveal' && v.is(round, data)) return { hash: hashOf(kind, data.round) };
	return { hash: hashOf(kind, data) };
}

/** Of a message that was delivered. */
export function seenOf(kind: string, data: unknown, user: User): Pick<EventOf<'deliver'>, 'hash' | 'user' | 'reveal'> {
	if (kind === 'vote') return { hash: hashOf(kind, data), user: user.id };
	if (kind === 'reset' && v.is(round, data)) return { hash: hashOf(kind, data.round) };
	if (kind !== 'reveal' || !v.is(revealed, data)) return { hash: hashOf(kind, data) };
	return { hash: hashOf(kind, data.round), user: user.id, reveal: { round: data.round, votes: data.votes } };
}

/** A message, or a state, that shows a card before its time; null where it shows none. */
export function exposedBy(kind: string, data: unknown): string | null {
	return kind === 'vote' && !v.is(hidden, data) ? JSON.stringify(data) : null;
}
export function exposedByState(state: unknown): string | null {
	const { estimation } = v.parse(sessionState, state);
	const shown = estimation && !estimation.revealed && Object.values(estimation.votes).some(({ value }) => value !== null);
	return shown ? JSON.stringify(estimation) : null;
}
