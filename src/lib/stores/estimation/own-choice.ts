/** Our own card before the reveal: the server only tells that we have voted, so this page, or another tab of this browser, remembers what. */
import * as v from 'valibot';
import type { OutboxItem } from '../../client/types.ts';
import { type EstimationState, estimationKinds } from '../../protocol/estimation.ts';

/** `value` null: none, or taken back. `unknown`: voted on another device, and only the server knows what. */
export type Choice = { name: 'made'; value: string | null; delivery: 'queued' | 'sending' | 'stored' } | { name: 'unknown' };

/** What we voted at this place of the room's log. */
export interface Kept {
	round: number;
	user: string;
	value: string | null;
	offset: number;
}

export interface Sources {
	estimation: EstimationState;
	/** Our id, or null while it is not known. */
	me: string | null;
	pending: readonly OutboxItem[];
	kept: Kept | null;
	/** The server has told of a state with `kept` in it: whatever it tells from then on is so. */
	confirmed: boolean;
}

/** Somebody may be called `constructor`: votes are kept in plain objects. */
export const voteOf = ({ votes }: EstimationState, id: string) => (Object.hasOwn(votes, id) ? votes[id] : undefined);

export function choiceOf({ estimation, me, pending, kept, confirmed }: Sources): Choice {
	const told = me === null ? undefined : voteOf(estimation, me);
	if (estimation.revealed) return made(told?.value ?? null);
	const waiting = pendingVote(pending, estimation.round);
	if (waiting) return waiting;
	const voted = told?.voted ?? false;
	const isOurs = kept !== null && kept.round === estimation.round && kept.user === me;
	const isInDeck = isOurs && (kept.value === null || estimation.deck.includes(kept.value));
	if (isInDeck && (!confirmed || agrees(estimation, kept))) return made(kept.value);
	return voted ? { name: 'unknown' } : made(null);
}

/** Whether what the server tells can be what we remember. */
export function agrees(estimation: EstimationState, { round, user, value }: Kept): boolean {
	return estimation.round === round && (voteOf(estimation, user)?.voted ?? false) === (value !== null);
}

const made = (value: string | null, delivery: 'queued' | 'sending' | 'stored' = 'stored'): Choice => ({
	name: 'made',
	value,
	delivery,
});

/** The last vote that is on its way decides. */
function pendingVote(pending: readonly OutboxItem[], round: number): Choice | null {
	for (const { kind, data, status } of pending.toReversed()) {
		if (kind !== 'vote' || (status !== 'queued' && status !== 'sending')) continue;
		const vote = v.safeParse(estimationKinds.vote, data);
		if (vote.success && vote.output.round === round) return made(vote.output.value, status);
	}
	return null;
}
