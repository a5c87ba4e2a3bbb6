/** A rate with a burst, compared with counting by hand. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { Buckets, TokenBucket } from '../../../src/lib/server/token-bucket.ts';

describe('a rate', () => {
	it('burst, then one each interval, and the wait it names is enough', () => {
		const bucket = new TokenBucket({ perSecond: 4, burst: 3 }, 0);
		expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual([0, 0, 0, 250]);
		expect(bucket.take(125)).toBe(125);
		expect(bucket.take(250)).toBe(0);
		expect(bucket.take(250)).toBe(250);
	});

	it('0 lifts it', () => {
		const bucket = new TokenBucket({ perSecond: 0, burst: 1 }, 0);
		expect(Array.from({ length: 100 }, () => bucket.take(0))).toEqual(Array(100).fill(0));
	});

	it('never more than burst + rate × time, whoever asks when', () => {
		const steps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 });
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), steps, (perSecond, burst, gaps) => {
				const bucket = new TokenBucket({ perSecond, burst }, 0);
				let now = 0;
				let taken = 0;
				for (const gap of gaps) {
					now += gap;
					const wait = bucket.take(now);
					if (wait === 0) taken += 1;
					else expect(wait).toBeLessThanOrEqual(Math.ceil(1_000 / perSecond));
					expect(taken).toBeLessThanOrEqual(burst + (now / 1_000) * perSecond + 1e-6);
				}
				expect(bucket.idle(now + (burst / perSecond) * 1_000 + 1)).toBe(true);
			}),
		);
	});
});

describe('a rate a key', () => {
	const rate = { perSecond: 0.1, burst: 1 };

	it('each has its own, and to look takes nothing', () => {
		const buckets = new Buckets(rate);
		expect([buckets.take('a', 0), buckets.take('b', 0), buckets.take('a', 0)]).toEqual([0, 0, 10_000]);
		expect([buckets.wait('a', 4_000), buckets.wait('b', 4_000), buckets.wait('c', 4_000)]).toEqual([6_000, 6_000, 0]);
	});

	it('a hundred thousand addresses at once -> the newest 10 000 are remembered, and the test is over soon', () => {
		const buckets = new Buckets(rate);
		for (let address = 0; address < 100_000; address++) buckets.take(`${address}`, address / 100);
		expect(buckets.wait('89999', 1_000)).toBe(0);
		expect(buckets.wait('90001', 1_000)).toBeGreaterThan(0);
	});

	it('one that waits is remembered while idle ones make room', () => {
		const buckets = new Buckets({ perSecond: 1, burst: 2 });
		for (let n = 0; n < 9_999; n++) buckets.take(`idle ${n}`, 0);
		for (let n = 0; n < 2; n++) buckets.take('busy', 900);
		for (let n = 0; n < 5_000; n++) buckets.take(`new ${n}`, 1_000);
		expect(buckets.wait('busy', 1_000)).toBe(900);
	});
});
