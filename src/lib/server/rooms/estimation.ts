/**
 * The rules of an estimation, without a clock, a disk or a network: whether somebody may do what they want to, and what becomes of
 * it. Whoever stores a message calls `judge` within the same transaction, so that no two of them ever see the same round twice.
 */
import * as v from 'valibot';
import type { ErrorCode } from '../../protocol/codes.ts';
import {
	decks,
	type EstimationData,
	type EstimationKind,
	type EstimationState,
	type PastRound,
	VOTERS,
} from '../../protocol/estimation.ts';
import type { User } from '../../protocol/frames.ts';

/** What somebody wants to do. Its data was validated as that of its kind. */
export type Act = { [Kind in EstimationKind]: { kind: Kind; data: EstimationData<Kind> } }[EstimationKind] & {
	user: User;
	/** The id of the facilitator, or `EVERYBODY`, where they are gone for longer than the grace: then anybody may lead. */
	gone: string | null;
};
/** Stands for whoever leads a room, where that is not known. No person has an id that begins so. */
export const EVERYBODY = '$everybody';
export type Refusal = { code: ErrorCode; message: string };
/** Done: `data` is what the room sees of it. */
export type Verdict = { ok: true; data: unknown } | ({ ok: false } & Refusal);

/** Everything that is known of an estimation. Hidden votes are in it: it never leaves the log. */
export interface Estimation {
	/** Grows with each change. */
	version: number;
	round: number;
	topic: string;
	deck: string[];
	revealed: boolean;
	autoReveal: boolean;
	facilitator: string;
	/** By the person's id. A map: what somebody is called must never be a property of ours. */
	votes: Map<string, { value: string; name: string }>;
	/** Where the rounds that were revealed are to be found. */
	reveals: number[];
}
/** Rounds of a room that are kept in mind. */
const ROUNDS = 500;
/** Who reveals by itself what everybody has voted on. No client can call itself so. */
export const SERVER: User = { id: '$server', name: '' };

export const begin = (): Estimation => ({
	version: 0,
	round: 1,
	topic: '',
	deck: [...decks.fibonacci],
	revealed: false,
	autoReveal: false,
	facilitator: '',
	votes: new Map(),
	reveals: [],
});

/** Changes `state`, or leaves it as it is and says why not. `offset` is where the message will lie. */
export function judge(state: Estimation, act: Act, offset: number): Verdict {
	const verdict = act.kind === 'vote' ? vote(state, act.user, act.data) : lead(state, act, offset);
	if (verdict.ok) state.version += 1;
	return verdict;
}

/** The first person in a room that nobody has led yet leads it. False where somebody does. */
export function claim(state: Estimation, user: string): boolean {
	if (state.facilitator !== '') return false;
	state.facilitator = user;
	state.version += 1;
	return true;
}

function vote(state: Estimation, user: User, { round, value }: EstimationData<'vote'>): Verdict {
	if (round !== state.round) return stale(round, state);
	if (state.revealed) return refused('already-revealed', `the votes of round ${round} are on the table already`);
	if (value === null) state.votes.delete(user.id);
	else if (!state.deck.includes(value)) return refused('invalid-data', 'value: expected a card of the deck, or null');
	else if (state.votes.size >= VOTERS && !state.votes.has(user.id))
		return refused('invalid-data', `at most ${VOTERS} people vote in one round`);
	else state.votes.set(user.id, { value, name: user.name });
	return done({ round, voted: value !== null });
}

function lead(state: Estimation, act: Exclude<Act, { kind: 'vote' }>, offset: number): Verdict {
	const { facilitator } = state;
	const { id } = act.user;
	const replaced = act.gone === EVERYBODY || act.gone === facilitator;
	if (facilitator !== '' && id !== facilitator && id !== SERVER.id && !replaced)
		return refused('forbidden', 'that is for the facilitator, while they are here');
	const verdict = perform(state, act, offset);
	if (verdict.ok && facilitator === '' && id !== SERVER.id) state.facilitator = id;
	return verdict;
}

function perform(state: Estimation, act: Exclude<Act, { kind: 'vote' }>, offset: number): Verdict {
	switch (act.kind) {
		case 'reveal':
			return reveal(state, act.data.round, offset);
		case 'reset': {
			const { round, topic = '' } = act.data;
			if (round !== state.round) return stale(round, state);
			Object.assign(state, { round: round + 1, topic, revealed: false, votes: new Map() });
			return done({ round: state.round, topic });
		}
		case 'topic':
			state.topic = act.data.text;
			return done(act.data);
		case 'deck':
			state.deck = act.data.cards;
			// Before the reveal a vote for a card that is gone says nothing any more; after it, it is what was said.
			if (!state.revealed) for (const [id, { value }] of state.votes) if (!state.deck.includes(value)) state.votes.delete(id);
			return done(act.data);
		case 'auto-reveal':
			state.autoReveal = act.data.on;
			return done(act.data);
	}
}

function reveal(state: Estimation, round: number, offset: number): Verdict {
	if (round !== state.round) return stale(round, state);
	if (state.revealed) return refused('already-revealed', `round ${round} is revealed already`);
	state.revealed = true;
	state.reveals = [...state.reveals, offset].slice(-ROUNDS);
	const { topic, deck, votes } = state;
	const all = [...votes];
	return done({
		round,
		votes: Object.fromEntries(all.map(([id, { value }]) => [id, value])),
		names: Object.fromEntries(all.map(([id, { name }]) => [id, name])),
		topic,
		deck,
	} satisfies Omit<PastRound, 'offset' | 'at'>);
}

const done = (data: unknown): Verdict => ({ ok: true, data });
const refused = (code: ErrorCode, message: string): Verdict => ({ ok: false, code, message });
const stale = (round: number, state: Estimation) =>
	refused('stale-round', `round ${round} is over: the room is in round ${state.round}`);

/** What everybody may see of it. */
export function publicOf({ round, topic, deck, revealed, autoReveal, facilitator, votes }: Estimation): EstimationState {
	const seen = [...votes].map(([id, { value, name }]) => [id, { voted: true, value: revealed ? value : null, name }]);
	return { round, topic, deck, revealed, votes: Object.fromEntries(seen), facilitator, autoReveal };
}

const text = v.string();
const stored = v.object({
	version: v.number(),
	round: v.number(),
	topic: text,
	deck: v.array(text),
	revealed: v.boolean(),
	autoReveal: v.boolean(),
	facilitator: text,
	votes: v.array(v.tuple([text, v.object({ value: text, name: text })])),
	reveals: v.array(v.number()),
});

/** As a log keeps it. */
export const encode = (state: Estimation): string => JSON.stringify({ ...state, votes: [...state.votes] });
/** @throws ValiError where the log is damaged */
export function decode(json: string): Estimation {
	const { votes, ...rest } = v.parse(stored, JSON.parse(json));
	return { ...rest, votes: new Map(votes) };
}
