/** The rounds of a room that were revealed: asked of the server, newest first. */
import * as v from 'valibot';
import { type PastRound, pastRounds } from '../../protocol/estimation.ts';
import { type Results, resultsOf } from './results.ts';

/** Why there is no history to show. */
export class NoRounds extends Error {
	/** `unreachable`: nothing got through; otherwise what the server answered. */
	readonly code: 'unreachable' | 'refused' | 'unreadable';

	constructor(code: NoRounds['code'], cause?: unknown) {
		super(code, { cause });
		this.code = code;
	}
}

export interface RoundSummary {
	round: number;
	/** Its place in the room's log: rounds begin anew where a log does. */
	offset: number;
	/** Wall time in milliseconds since 1970. */
	at: number;
	topic: string;
	results: Results | null;
}

const path = (room: string) => `/api/room/rounds?room=${encodeURIComponent(room)}`;
/** Where the rounds can be saved from, as a table. */
export const csvAddress = (room: string) => `${path(room)}&format=csv`;

/** @throws NoRounds */
export async function fetchRounds(room: string, ask: (path: string) => Promise<Response> = fetch): Promise<RoundSummary[]> {
	let answer: Response;
	try {
		answer = await ask(path(room));
	} catch (error) {
		throw new NoRounds('unreachable', error);
	}
	if (!answer.ok) throw new NoRounds('refused');
	try {
		return v
			.parse(pastRounds, await answer.json())
			.rounds.map(summaryOf)
			.toReversed();
	} catch (error) {
		throw new NoRounds('unreadable', error);
	}
}

function summaryOf({ round, offset, at, topic, deck, votes, names }: PastRound): RoundSummary {
	const ballots = Object.entries(votes).map(([id, value]) => ({ user: { id, name: nameIn(names, id) }, value }));
	return { round, offset, at, topic, results: resultsOf(ballots, deck) };
}

const nameIn = (names: Record<string, string>, id: string) => (Object.hasOwn(names, id) ? (names[id] ?? '') : '');
