/** An estimation as one person sees it: who sits at the table, who has voted, who leads, and what may be done. Knows neither Svelte nor the client. */
import type { EstimationState } from '../../protocol/estimation.ts';
import type { Member, User } from '../../protocol/frames.ts';
import { type Choice, voteOf } from './own-choice.ts';
import { type Ballot, type Results, resultsOf } from './results.ts';

/** Who is there, as far as it was told: at most 200 by name, and how many in all. */
export interface Present {
	count: number;
	members: readonly Member[];
}

export type Card = { name: 'thinking' } | { name: 'voted' } | { name: 'shown'; value: string } | { name: 'none' };

export interface Seat {
	user: User;
	/** `unknown`: while this page is not connected, nobody is said to be anywhere. */
	whereabouts: 'here' | 'away' | 'gone' | 'unknown';
	card: Card;
	me: boolean;
	leads: boolean;
}

export type Lead =
	| { name: 'me' }
	| { name: 'other'; user: User }
	/** They are not there: anybody may lead. `user` null: their name was never told. */
	| { name: 'gone'; user: User | null }
	/** There are more people than are known by name, and they are not among these: the server knows whether anybody may lead. */
	| { name: 'unsure'; user: User | null }
	| { name: 'nobody' };

export interface EstimationView {
	round: number;
	topic: string;
	deck: readonly string[];
	revealed: boolean;
	autoReveal: boolean;
	/** We first, then everybody in the order they came, then those who voted and left. */
	seats: readonly Seat[];
	/** People who are there beyond those who are known by name. */
	unnamed: number;
	/** Of everybody who is there or has voted; somebody away is not waited for. */
	voted: number;
	expected: number;
	/** All have voted. Never while it is not known who is there: then some of those who are waited for are not in sight. */
	everybody: boolean;
	/** Those who are waited for, by name. */
	missing: readonly User[];
	choice: Choice;
	/** Others have voted, or there is a topic, and our own card is waited for. */
	asked: boolean;
	lead: Lead;
	mayLead: boolean;
	/** Null before the reveal, and where nobody has voted. */
	results: Results | null;
}

export interface Situation {
	estimation: EstimationState;
	/** Null while it is not known, as when not connected. */
	present: Present | null;
	me: User | null;
	choice: Choice;
	/** Names of people that were told at some time. */
	nameOf(id: string): string | undefined;
}

export function viewOf(situation: Situation): EstimationView {
	const { estimation, present, me, choice } = situation;
	const { round, topic, deck, revealed, autoReveal = false } = estimation;
	const seats = seatsOf(situation);
	const lead = leadOf(situation);
	const missing = seats
		.filter(({ whereabouts, card }) => whereabouts === 'here' && card.name === 'thinking')
		.map(({ user }) => user);
	const voted = seats.filter(({ card }) => card.name === 'voted' || card.name === 'shown').length;
	const hasVoted = choice.name === 'unknown' || choice.value !== null;
	// Of those whom presence does not name some have voted, and sit at the table as gone.
	const beyond = present ? present.count - present.members.length : 0;
	const unnamed = Math.max(0, beyond - seats.filter(({ whereabouts }) => whereabouts === 'gone').length);
	return {
		...{ round, topic, deck, revealed, autoReveal, seats, unnamed, voted, missing, choice, lead },
		asked: !revealed && !hasVoted && me !== null && (topic !== '' || voted > 0),
		expected: voted + missing.length + unnamed,
		everybody: present !== null && voted > 0 && missing.length + unnamed === 0,
		mayLead: lead.name !== 'other' && me !== null,
		results: revealed ? resultsOf(ballotsOf(seats), deck) : null,
	};
}

const ballotsOf = (seats: readonly Seat[]): Ballot[] =>
	seats.flatMap(({ user, card }) => (card.name === 'shown' ? [{ user, value: card.value }] : []));

function seatsOf({ estimation, present, me, choice, nameOf }: Situation): Seat[] {
	const people = new Map<string, { user: User; whereabouts: Seat['whereabouts'] }>();
	if (me) people.set(me.id, { user: me, whereabouts: present ? 'here' : 'unknown' });
	for (const { user, status } of present?.members ?? [])
		people.set(user.id, { user, whereabouts: status === 'away' && user.id !== me?.id ? 'away' : 'here' });
	for (const [id, { name }] of Object.entries(estimation.votes))
		if (!people.has(id))
			people.set(id, { user: { id, name: name ?? nameOf(id) ?? '' }, whereabouts: present ? 'gone' : 'unknown' });
	return [...people.values()].map(({ user, whereabouts }) => ({
		...{ user, whereabouts },
		card: cardOf(estimation, user.id, user.id === me?.id ? choice : null),
		me: user.id === me?.id,
		leads: user.id === estimation.facilitator,
	}));
}

/** Our own card lies on the table as soon as we have chosen: the server hears of it when it can. */
function cardOf(estimation: EstimationState, id: string, own: Choice | null): Card {
	const vote = voteOf(estimation, id);
	if (estimation.revealed) {
		if (!vote?.voted) return { name: 'none' };
		return vote.value === null ? { name: 'voted' } : { name: 'shown', value: vote.value };
	}
	const voted = own?.name === 'made' ? own.value !== null : (vote?.voted ?? false);
	return { name: voted ? 'voted' : 'thinking' };
}

function leadOf({ estimation, present, me, nameOf }: Situation): Lead {
	const { facilitator } = estimation;
	if (facilitator === '') return { name: 'nobody' };
	if (facilitator === me?.id) return { name: 'me' };
	const member = present?.members.find(({ user }) => user.id === facilitator);
	if (member) return { name: 'other', user: member.user };
	const name = nameOf(facilitator) ?? voteOf(estimation, facilitator)?.name;
	const user = name === undefined ? null : { id: facilitator, name };
	// Not connected, we do not know: who led goes on leading.
	if (present === null) return { name: 'other', user: user ?? { id: facilitator, name: '' } };
	return { name: present.members.length < present.count ? 'unsure' : 'gone', user };
}
