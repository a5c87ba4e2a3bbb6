/** An estimation in words: people in a list, numbers as one writes them here, who leads, and why something did not work. */

import { m } from '../../paraglide/messages.js';
import { getLocale } from '../../paraglide/runtime.js';
import { CARD_LENGTH, DECK_CARDS } from '../../protocol/estimation.ts';
import type { User } from '../../protocol/frames.ts';
import type { DeckName, DeckProblem } from './cards.ts';
import type { Problem } from './estimating.svelte.ts';
import type { Lead } from './view.ts';

/** A name within a sentence: whichever way it is written, the sentence around it stays as it is. */
const apart = (text: string) => `\u2068${text}\u2069`;
const nameOf = ({ name }: User) => (name === '' ? m.estimation_seat_somebody() : apart(name));

/** "Ann, Ben and 3 more": the first `most` by name. */
export function namesOf(users: readonly User[], most = 3): string {
	// One more by name takes no more place than "and 1 more".
	const shown = users.length === most + 1 ? users : users.slice(0, most);
	const rest = users.length - shown.length;
	const list = new Intl.ListFormat(getLocale(), { type: 'conjunction' });
	if (rest > 0) {
		// What is between the first two of three. Lists of the type `unit` have it as well, but nothing at all in Chinese.
		const between = list.formatToParts(['1', '2', '3']).find(({ type }) => type === 'literal')?.value;
		return m.estimation_names_more({ names: shown.map(nameOf).join(between), count: rest });
	}
	// In Chinese the word between the last two has no blanks of its own, which names in Latin letters need.
	return list.format(shown.map(nameOf)).replace(/(?<=\u2069)\p{Script=Han}+(?=\u2068)/u, ' $& ');
}

export const numberText = (number: number) => new Intl.NumberFormat(getLocale(), { maximumFractionDigits: 1 }).format(number);
export const shareText = (share: number) =>
	new Intl.NumberFormat(getLocale(), { style: 'percent', maximumFractionDigits: 0 }).format(share);

export function leadText(lead: Lead): string {
	switch (lead.name) {
		case 'me':
			return m.estimation_lead_me();
		case 'nobody':
			return m.estimation_lead_nobody();
		case 'gone':
			return lead.user?.name ? m.estimation_lead_gone({ name: nameOf(lead.user) }) : m.estimation_lead_gone_nameless();
		case 'unsure':
			return m.estimation_lead_unsure({ name: leaderName(lead) });
		case 'other':
			return m.estimation_lead_other({ name: leaderName(lead) });
	}
}

export function leaderName(lead: Lead): string {
	return 'user' in lead && lead.user?.name ? nameOf(lead.user) : m.estimation_lead_somebody();
}

const deckTexts: Record<DeckName, () => string> = {
	fibonacci: m.estimation_deck_fibonacci,
	powers: m.estimation_deck_powers,
	shirts: m.estimation_deck_shirts,
};
export const deckText = (name: DeckName) => deckTexts[name]();

export function deckProblemText(problem: DeckProblem): string {
	switch (problem.name) {
		case 'too-few':
			return m.estimation_deck_problem_few();
		case 'too-many':
			return m.estimation_deck_problem_many({ count: problem.cards, most: DECK_CARDS });
		case 'too-long':
			return m.estimation_deck_problem_long({ card: apart(problem.card), most: CARD_LENGTH });
		case 'twice':
			return m.estimation_deck_problem_twice({ card: apart(problem.card) });
		case 'not-text':
			return m.estimation_deck_problem_text({ card: apart(problem.card) });
	}
}

/** Why something was not done; `lead`: as it is now. */
export function problemText({ kind, code, message }: Problem, lead: Lead): string {
	switch (code) {
		case 'stale-round':
			return kind === 'vote' ? m.estimation_problem_stale_vote() : m.estimation_problem_stale();
		case 'already-revealed':
			return kind === 'vote' ? m.estimation_problem_revealed_vote() : m.estimation_problem_revealed();
		case 'forbidden':
			// Everybody who is in the room may vote.
			if (kind === 'vote') return m.chat_room_not_open();
			// A server that has just started knows of nobody who was there: it waits for whoever led, as for anybody who has left.
			return lead.name === 'gone'
				? m.estimation_problem_forbidden_yet({ name: leaderName(lead) })
				: m.estimation_problem_forbidden({ name: leaderName(lead) });
		case 'overloaded':
			return m.estimation_problem_full();
		case 'rate-limited':
			return m.estimation_problem_limited();
		case 'disconnected':
			return m.estimation_problem_disconnected();
		case 'invalid-data':
			if (kind === 'vote') return m.estimation_problem_invalid_vote();
	}
	return m.estimation_problem_other({ reason: message });
}
