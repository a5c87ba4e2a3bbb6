/** What the votes of a round say: how many for each card, average, median, spread, agreement, and whose are far apart. */
import type { User } from '../../protocol/frames.ts';
import { isEstimate, numberOf } from './cards.ts';

export interface Ballot {
	user: User;
	value: string;
}

/** Everybody who chose one card. */
export interface Stack {
	card: string;
	voters: User[];
	/** Of all votes, 0 to 1. */
	share: number;
}

export interface Numbers {
	average: number;
	median: number;
	low: number;
	high: number;
}

export interface Results {
	votes: number;
	/** In the order of the deck; a card that is not in it any more comes after. Cards without votes are left out. */
	stacks: Stack[];
	/** Over the cards that are numbers; null where nobody chose one. */
	numbers: Numbers | null;
	/** The share of votes for the card that most chose, 0 to 1: 1 means everybody agrees. */
	agreement: number;
	/** The cards that most chose: several where they tie. */
	favourites: string[];
	/** The lowest and the highest estimate with whoever chose them, where they differ: these people have something to tell each other. */
	apart: { low: Stack; high: Stack } | null;
}

/** Null where nobody has voted. */
export function resultsOf(ballots: readonly Ballot[], deck: readonly string[]): Results | null {
	if (ballots.length === 0) return null;
	const byCard = new Map<string, User[]>();
	for (const { user, value } of ballots) byCard.set(value, [...(byCard.get(value) ?? []), user]);
	const inDeck = deck.filter((card) => byCard.has(card));
	const others = [...byCard.keys()].filter((card) => !deck.includes(card));
	const stacks = [...inDeck, ...others].map((card) => {
		const voters = byCard.get(card) ?? [];
		return { card, voters, share: voters.length / ballots.length };
	});
	const most = Math.max(...stacks.map(({ share }) => share));
	return {
		votes: ballots.length,
		stacks,
		numbers: numbersOf(ballots.map(({ value }) => numberOf(value)).filter((number) => number !== null)),
		agreement: most,
		favourites: stacks.filter(({ share }) => share === most).map(({ card }) => card),
		apart: apartIn(stacks),
	};
}

function numbersOf(values: number[]): Numbers | null {
	const sorted = values.toSorted((a, b) => a - b);
	const low = sorted[0];
	const high = sorted.at(-1);
	if (low === undefined || high === undefined) return null;
	const middle = (sorted[(sorted.length - 1) >> 1] ?? low) + (sorted[sorted.length >> 1] ?? high);
	return { average: sorted.reduce((sum, value) => sum + value, 0) / sorted.length, median: middle / 2, low, high };
}

/** Numbers are ordered by what they count as, other cards as the deck has them; where both are there, numbers alone say how much. */
function apartIn(stacks: Stack[]): Results['apart'] {
	const estimates = stacks.filter(({ card }) => isEstimate(card));
	const numeric = estimates.flatMap((stack) => {
		const number = numberOf(stack.card);
		return number === null ? [] : [{ stack, number }];
	});
	const ordered = numeric.length > 0 ? numeric.toSorted((a, b) => a.number - b.number).map(({ stack }) => stack) : estimates;
	const low = ordered[0];
	const high = ordered.at(-1);
	return low && high && low !== high ? { low, high } : null;
}
