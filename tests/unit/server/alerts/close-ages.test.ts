/** A proxy's timeout is told from bad networks, bad moments and crowds. */
import { describe, expect, it } from 'bun:test';
import { CloseAges } from '../../../../src/lib/server/alerts/close-ages.ts';
import { createRandom } from '../../../support/random.ts';

const SECOND = 1_000;

describe('ages of connections that broke', () => {
	it('one after the other at 60 s -> a peak at 60 s', () => {
		const ages = new CloseAges();
		for (let n = 0; n < 12; n++) ages.add(60 * SECOND + n * 20, n * 7 * SECOND);
		expect(ages.peak(80 * SECOND)).toEqual({ share: 1, ageMs: 60_120 });
	});

	it('a crowd that is cut every 60 s -> no peak at the second time, one at the third', () => {
		const ages = new CloseAges();
		const cut = (round: number) => {
			for (let n = 0; n < 20; n++) ages.add(60 * SECOND, round * 60 * SECOND);
			return ages.peak(round * 60 * SECOND)?.share;
		};
		expect([cut(1), cut(2), cut(3)]).toEqual([0, 0, 1]);
	});

	it('nine connections -> too few to say', () => {
		const ages = new CloseAges();
		for (let n = 0; n < 9; n++) ages.add(60 * SECOND, n * 10 * SECOND);
		expect(ages.peak(90 * SECOND)).toBeNull();
	});

	it('a bad network -> no peak over half, whatever its ages', () => {
		const random = createRandom(4);
		for (let round = 0; round < 100; round++) {
			const ages = new CloseAges();
			for (let n = 0; n < 60; n++) ages.add(-Math.log(1 - random()) * 90 * SECOND, n * 4 * SECOND);
			expect(ages.peak(240 * SECOND)?.share ?? 0).toBeLessThan(0.45);
		}
	});

	it('connections that hardly begin -> no peak: it is not the age that ends them', () => {
		const ages = new CloseAges();
		for (let n = 0; n < 100; n++) ages.add(2 * SECOND, n * 2 * SECOND);
		expect(ages.peak(200 * SECOND)).toEqual({ share: 0, ageMs: 0 });
	});

	it('a timeout among other breaks -> its share of them', () => {
		const ages = new CloseAges();
		for (let n = 0; n < 20; n++) {
			ages.add(100 * SECOND, n * 10 * SECOND);
			if (n % 4 === 0) ages.add(n * 37 * SECOND, n * 10 * SECOND);
		}
		expect(ages.peak(200 * SECOND)).toMatchObject({ share: 20 / 25, ageMs: 100 * SECOND });
	});

	it('four minutes later -> forgotten; a flood -> bounded, and still right', () => {
		const ages = new CloseAges();
		for (let n = 0; n < 50_000; n++) ages.add(60 * SECOND, n * 2);
		expect(ages.peak(100 * SECOND)).toEqual({ share: 0, ageMs: 0 });
		for (let n = 0; n < 2_000; n++) ages.add(60 * SECOND, 100 * SECOND + n * 20);
		expect(ages.peak(140 * SECOND)).toEqual({ share: 1, ageMs: 60 * SECOND });
		expect(ages.peak(140 * SECOND + 240 * SECOND)).toBeNull();
	});
});
