/** Estimation: what people say in it, and what a room's state tells of it. A room may have none; what later versions add passes through. */
import * as v from 'valibot';
import { integer } from './integer.ts';

/** Cards in a deck, code points on a card, code points of a topic, and people who may vote in one round. */
export const DECK_CARDS = 64;
export const CARD_LENGTH = 16;
export const TOPIC_LENGTH = 500;
export const VOTERS = 1_000;

/** Decks that one can pick. A room begins with the first. `?`: cannot say; `☕`: a break, please. */
export const decks = {
	fibonacci: ['0', '1', '2', '3', '5', '8', '13', '21', '34', '?', '☕'],
	powers: ['0', '1', '2', '4', '8', '16', '32', '64', '?', '☕'],
	shirts: ['XS', 'S', 'M', 'L', 'XL', 'XXL', '?', '☕'],
} as const;

const round = integer(1);
const lengthOf = (text: string) => [...text].length;
/** One line of text: no control or direction-changing characters. */
const line = v.pipe(
	v.string(),
	v.regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u, 'expected one line of text'),
);
const topic = v.pipe(
	line,
	v.check((text) => text.length <= TOPIC_LENGTH || lengthOf(text) <= TOPIC_LENGTH, `expected at most ${TOPIC_LENGTH} characters`),
);
const card = v.pipe(
	line,
	v.check((text) => text.trim() === text && text !== '', 'expected a card that is not blank, without blanks at its ends'),
	v.check(
		(text) => text.length <= 2 * CARD_LENGTH && lengthOf(text) <= CARD_LENGTH,
		`expected at most ${CARD_LENGTH} characters`,
	),
);
const cards = v.pipe(
	v.array(v.string()),
	v.minLength(2, 'expected at least 2 cards'),
	v.maxLength(DECK_CARDS, `expected at most ${DECK_CARDS} cards`),
	v.array(card),
	v.check((all) => new Set(all).size === all.length, 'expected each card once'),
);

/** The data of each kind that takes part in an estimation, as a client publishes it. */
export const estimationKinds = {
	vote: v.object({ round, value: v.nullable(v.string()) }),
	reveal: v.object({ round }),
	reset: v.object({ round, topic: v.optional(topic) }),
	topic: v.object({ text: topic }),
	deck: v.object({ cards }),
	/** Whether the votes are shown as soon as everybody who is connected has voted. */
	'auto-reveal': v.object({ on: v.boolean() }),
};
export type EstimationKind = keyof typeof estimationKinds;
export type EstimationData<Kind extends EstimationKind> = v.InferOutput<(typeof estimationKinds)[Kind]>;

/** `value` stays null until the reveal, for everybody. `name`: as it was when they voted, for those who have left. */
const vote = v.object({ voted: v.boolean(), value: v.nullable(v.string()), name: v.optional(v.string()) });

const estimation = v.looseObject({
	/** Votes, reveals and resets name it: one for another round than the present is refused. */
	round,
	topic: v.string(),
	/** The cards that can be voted with. */
	deck: v.array(v.string()),
	revealed: v.boolean(),
	/** By the person's id. */
	votes: v.record(v.string(), vote),
	/** The id of whoever may reveal and reset; empty while nobody has been there. */
	facilitator: v.string(),
	autoReveal: v.optional(v.boolean()),
});
export type EstimationState = v.InferOutput<typeof estimation>;

export const sessionState = v.looseObject({ estimation: v.optional(estimation) });
/** The state of a room as its server tells it. */
export type SessionState = v.InferOutput<typeof sessionState>;

/** What the room sees of a `reveal`: everybody's card by their id, with their names and what it was about. */
export const revealed = v.object({
	round,
	votes: v.record(v.string(), v.string()),
	names: v.optional(v.record(v.string(), v.string()), {}),
	topic: v.optional(v.string(), ''),
	deck: v.optional(v.array(v.string()), []),
});

/** One entry of `GET /api/room/rounds`: the rounds of a room that were revealed, oldest first. */
export const pastRound = v.object({ ...revealed.entries, offset: integer(1), at: v.number() });
export const pastRounds = v.object({ rounds: v.array(pastRound) });
export type PastRound = v.InferOutput<typeof pastRound>;
