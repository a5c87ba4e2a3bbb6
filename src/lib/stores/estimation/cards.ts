/** Cards: which of them are numbers, which are no estimate, and decks as a person writes them. */
import * as v from 'valibot';
import { CARD_LENGTH, DECK_CARDS, decks, estimationKinds } from '../../protocol/estimation.ts';

const FRACTIONS: Record<string, number> = { '½': 1 / 2, '¼': 1 / 4, '¾': 3 / 4, '⅓': 1 / 3, '⅔': 2 / 3, '⅛': 1 / 8 };
const NUMBER = /^(-?\d{1,9}(?:[.,]\d{1,6})?)?([½¼¾⅓⅔⅛])?$/u;
/** Cards that say something else than how much. */
const NO_ESTIMATES = new Set(['?', '☕', '☕️', '∞', '…', '-', '–', '—']);

/** What a card counts as: `½` is 0.5, `1,5` and `1.5` are the same; null: it is no number. */
export function numberOf(card: string): number | null {
	const [, whole, fraction] = NUMBER.exec(card.trim()) ?? [];
	if (whole === undefined && fraction === undefined) return null;
	// `1½` is one and a half; `1.5½` is nothing.
	if (fraction !== undefined && whole !== undefined && !/^\d+$/.test(whole)) return null;
	return Number((whole ?? '0').replace(',', '.')) + (fraction === undefined ? 0 : (FRACTIONS[fraction] ?? 0));
}

/** Whether a card says how much, as opposed to `?` or a break. */
export const isEstimate = (card: string) => !NO_ESTIMATES.has(card);

export type DeckName = keyof typeof decks;
export const deckNames = ['fibonacci', 'powers', 'shirts'] as const satisfies readonly DeckName[];

/** Which of our decks these cards are, or null: the room has its own. */
export function deckNameOf(cards: readonly string[]): DeckName | null {
	const text = cards.join('\n');
	return deckNames.find((name) => decks[name].join('\n') === text) ?? null;
}

export type DeckProblem =
	| { name: 'too-few' }
	| { name: 'too-many'; cards: number }
	| { name: 'too-long'; card: string }
	| { name: 'twice'; card: string }
	| { name: 'not-text'; card: string };
export type WrittenDeck = { cards: string[]; problem: null } | { cards: string[]; problem: DeckProblem };

/** A deck as somebody writes it: cards apart by commas, semicolons, Chinese commas, or lines; where there are none of these, by blanks. */
export function parseDeck(text: string): WrittenDeck {
	const apart = /[,;\n，；、]/u.test(text) ? /[,;\n，；、]+/u : /\s+/u;
	const cards = text
		.split(apart)
		.map((card) => card.trim())
		.filter((card) => card !== '');
	return { cards, problem: problemOf(cards) };
}

function problemOf(cards: string[]): DeckProblem | null {
	if (cards.length < 2) return { name: 'too-few' };
	if (cards.length > DECK_CARDS) return { name: 'too-many', cards: cards.length };
	const long = cards.find((card) => [...card].length > CARD_LENGTH);
	if (long !== undefined) return { name: 'too-long', card: long };
	const twice = cards.find((card, index) => cards.indexOf(card) !== index);
	if (twice !== undefined) return { name: 'twice', card: twice };
	// What is left is a matter of single characters: the server's own rule finds it.
	const odd = cards.find((card) => !v.is(estimationKinds.deck, { cards: [card, card === '?' ? '!' : '?'] }));
	return odd === undefined ? null : { name: 'not-text', card: odd };
}
