/** The seeded generator: the same draws for the same seed, spread evenly, forks apart. */
import { expect, it } from 'bun:test';
import { createRandom } from '../../support/random.ts';

const draws = (random: () => number) => Array.from({ length: 1000 }, random);

it('one seed, one sequence; another seed, another', () => {
	expect(draws(createRandom(1))).toEqual(draws(createRandom(1)));
	expect(draws(createRandom(1))).not.toEqual(draws(createRandom(2)));
});

it('a fork does not depend on what was drawn before', () => {
	const [one, other] = [createRandom(1), createRandom(1)];
	other();
	expect(draws(one.fork('a'))).toEqual(draws(other.fork('a')));
	expect(draws(one.fork('a'))).not.toEqual(draws(one.fork('b')));
});

it('draws spread over the whole range', () => {
	for (const seed of [0, 1, 2, 'x']) {
		const random = createRandom(seed);
		const tenths = Map.groupBy(Array.from({ length: 10_000 }, random), (draw) => Math.floor(draw * 10));
		for (let tenth = 0; tenth < 10; tenth++) expect(Math.abs((tenths.get(tenth)?.length ?? 0) - 1_000)).toBeLessThan(150);
		expect(new Set(Array.from({ length: 200 }, () => random.between(3, 5)))).toEqual(new Set([3, 4, 5]));
	}
});

it('picks from a list, and not from an empty one', () => {
	expect(['a', 'b']).toContain(createRandom(1).pick(['a', 'b']));
	expect(() => createRandom(1).pick([])).toThrow('empty');
});
