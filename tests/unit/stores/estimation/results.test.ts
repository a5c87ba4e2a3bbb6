/** What the votes of a round say, in numbers: a table of rounds, and what holds for any of them. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { decks } from '../../../../src/lib/protocol/estimation.ts';
import { deckNameOf, numberOf, parseDeck } from '../../../../src/lib/stores/estimation/cards.ts';
import { resultsOf } from '../../../../src/lib/stores/estimation/results.ts';

const ballots = (values: readonly string[]) =>
	values.map((value, index) => ({ user: { id: `p${index}`, name: `P${index}` }, value }));
const of = (text: string, deck: readonly string[] = decks.fibonacci) => resultsOf(ballots(text.split(' ')), deck);

describe('numberOf', () => {
	it.each([
		['8', 8],
		['0', 0],
		['½', 0.5],
		['1½', 1.5],
		['¾', 0.75],
		['1.5', 1.5],
		['1,5', 1.5],
		['-2', -2],
		['?', null],
		['☕', null],
		['XL', null],
		['1e9', null],
		['0x10', null],
		['1.5½', null],
		['', null],
		['Infinity', null],
		['8 h', null],
	])('%p -> %p', (card, number) => expect(numberOf(card)).toBe(number));
});

describe('resultsOf', () => {
	it.each([
		['5 5 5', { average: 5, median: 5, low: 5, high: 5 }, 1, ['5']],
		['1 2 3', { average: 2, median: 2, low: 1, high: 3 }, 1 / 3, ['1', '2', '3']],
		['1 2 3 8', { average: 3.5, median: 2.5, low: 1, high: 8 }, 1 / 4, ['1', '2', '3', '8']],
		['5 5 8 ?', { average: 6, median: 5, low: 5, high: 8 }, 1 / 2, ['5']],
		['½ 1', { average: 0.75, median: 0.75, low: 0.5, high: 1 }, 1 / 2, ['1', '½']],
		['? ☕', null, 1 / 2, ['?', '☕']],
		['M M L', null, 2 / 3, ['M']],
	])('%p -> %p, agreement %p on %p', (votes, numbers, agreement, favourites) => {
		expect(of(votes)).toMatchObject({ numbers, agreement, favourites });
	});

	it('nobody has voted -> null', () => expect(resultsOf([], decks.fibonacci)).toBeNull());

	it.each([
		['1 5 13', decks.fibonacci, '1', '13'],
		['13 1 ?', decks.fibonacci, '1', '13'],
		['XL S M', decks.shirts, 'S', 'XL'],
		['10 9 2', ['10', '9', '2'], '2', '10'],
	])('%p: the lowest and the highest talk', (votes, deck, low, high) => {
		expect(of(votes, deck)?.apart).toMatchObject({ low: { card: low }, high: { card: high } });
	});

	it.each(['5 5', '5 ?', '? ☕', '8'])('%p: nobody is far apart', (votes) => expect(of(votes)?.apart).toBeNull());

	it('stacks lie in the order of the deck, a card that is gone from it last', () => {
		expect(of('8 7 1 8')?.stacks.map(({ card, voters }) => [card, voters.length])).toEqual([
			['1', 1],
			['8', 2],
			['7', 1],
		]);
	});

	it('whatever was voted: shares add up to 1, nobody is lost, low ≤ median, average ≤ high', () => {
		const deck = [...decks.fibonacci, '½', 'XL', '1,5'];
		fc.assert(
			fc.property(fc.array(fc.constantFrom(...deck), { minLength: 1, maxLength: 300 }), (values) => {
				const results = resultsOf(ballots(values), deck);
				if (!results) throw new Error('no results');
				const { stacks, numbers, agreement, apart } = results;
				expect(stacks.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
				expect(stacks.flatMap(({ voters }) => voters.map(({ id }) => id)).toSorted()).toEqual(
					values.map((_, i) => `p${i}`).toSorted(),
				);
				expect(agreement).toBe(Math.max(...stacks.map(({ share }) => share)));
				if (apart) expect(apart.low.card).not.toBe(apart.high.card);
				if (!numbers) return;
				for (const between of [numbers.average, numbers.median]) {
					expect(between).toBeGreaterThanOrEqual(numbers.low - 1e-9);
					expect(between).toBeLessThanOrEqual(numbers.high + 1e-9);
				}
			}),
		);
	});
});

describe('a deck as somebody writes it', () => {
	it.each([
		['1, 2, 3', ['1', '2', '3']],
		['1 2  3', ['1', '2', '3']],
		['not now; later,,', ['not now', 'later']],
		['小，中、大', ['小', '中', '大']],
		['1\n2\n', ['1', '2']],
	])('%p', (text, cards) => expect(parseDeck(text)).toEqual({ cards, problem: null }));

	it.each([
		['', { name: 'too-few' }],
		['5', { name: 'too-few' }],
		['1 2 1', { name: 'twice', card: '1' }],
		[`1, ${'x'.repeat(17)}`, { name: 'too-long', card: 'x'.repeat(17) }],
		[Array.from({ length: 65 }, (_, i) => i).join(' '), { name: 'too-many', cards: 65 }],
		['1, a\u202eb', { name: 'not-text', card: 'a\u202eb' }],
	])('%p is refused in words', (text, problem) => expect(parseDeck(text).problem).toEqual(problem as never));

	it('emoji and 16 code points are fine; ours are known by name', () => {
		expect(parseDeck(`${'🦀'.repeat(16)} 🐌`).problem).toBeNull();
		expect([deckNameOf(decks.shirts), deckNameOf(['1', '2'])]).toEqual(['shirts', null]);
	});
});
