/** What a room's state says of its estimation. A room may have none; what later versions add passes through. */
import * as v from 'valibot';
import { integer } from './integer.ts';

/** `value` stays null until the reveal, for everybody. */
const vote = v.object({ voted: v.boolean(), value: v.nullable(v.string()) });

const estimation = v.looseObject({
	/** Votes, reveals and resets name it: one for another round than the present is refused. */
	round: integer(1),
	topic: v.string(),
	/** The cards that can be voted with. */
	deck: v.array(v.string()),
	revealed: v.boolean(),
	/** By the person's id. */
	votes: v.record(v.string(), vote),
	/** The id of whoever may reveal and reset. */
	facilitator: v.string(),
});

export const sessionState = v.looseObject({ estimation: v.optional(estimation) });
/** The state of a room as its server tells it. */
export type SessionState = v.InferOutput<typeof sessionState>;
