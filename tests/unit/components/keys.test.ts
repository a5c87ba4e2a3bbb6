/** Choosing a card by keyboard. */
import { describe, expect, it } from 'bun:test';
import { moved, TypeAhead } from '../../../src/lib/components/estimation/keys.ts';

const deck = ['0', '1', '2', '3', '5', '8', '13', '21', '34', '?', 'XL', 'XXL', '很大'];

describe('arrows', () => {
	it.each([
		['ArrowRight', 0, 1],
		['ArrowDown', 12, 0],
		['ArrowLeft', 0, 12],
		['ArrowUp', 3, 2],
		['Home', 7, 0],
		['End', 7, 12],
		['Enter', 7, null],
		['Tab', 7, null],
	])('%s at %p -> %p', (key, index, to) => expect(moved(key, index, deck.length)).toBe(to));
});

describe('typing a card', () => {
	const type = (...keys: [string, number][]) => {
		const typeAhead = new TypeAhead();
		return keys.map(([key, at]) => {
			const index = typeAhead.typed(key, at, deck);
			return index === null ? null : deck[index];
		});
	};

	it('1, then 3 at once -> 13; 3 after a pause -> 3', () => {
		expect(type(['1', 0], ['3', 300])).toEqual(['1', '13']);
		expect(type(['1', 0], ['3', 2_000])).toEqual(['1', '3']);
	});

	it('the beginning of a card leads to it, an exact one goes before; upper or lower case', () => {
		expect(type(['x', 0], ['x', 100])).toEqual(['XL', 'XXL']);
		expect(type(['X', 0], ['l', 100])).toEqual(['XL', 'XL']);
	});

	it('what continues no card begins another one', () => expect(type(['1', 0], ['3', 100], ['5', 200])).toEqual(['1', '13', '5']));

	it('keys with a name, blanks, and cards that are not there lead nowhere', () => {
		expect(type(['Enter', 0], [' ', 1], ['9', 2], ['?', 3], ['很', 4])).toEqual([null, null, null, '?', '很大']);
	});
});
