/** How long things take: percentiles of the last second and minute, and what lies in which bucket. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { bucketBounds, Timing } from '../../../../src/lib/server/monitor/timing.ts';

const nothing = { count: 0, p50: null, p95: null, p99: null, max: null };

describe('timing', () => {
	it('nothing measured -> nothing said', () => {
		const timing = new Timing();
		expect(timing.tick()).toEqual({ p95: null, p99: null, max: null });
		expect(timing.report()).toEqual(nothing);
	});

	it('a percentile is a value of the ones measured, to two figures', () => {
		fc.assert(
			fc.property(fc.array(fc.double({ min: 0.001, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 }), (values) => {
				const timing = new Timing();
				for (const value of values) timing.record(value);
				const sorted = [...values].sort((a, b) => a - b);
				const { count, p50, p95, p99, max } = timing.report();
				expect(p99).toBeLessThanOrEqual(max ?? 0);
				expect(count).toBe(values.length);
				for (const [told, share] of [
					[p50, 0.5],
					[p95, 0.95],
					[max, 1],
				] as const) {
					// Between two ranks the native histogram takes the nearer one.
					const rank = share * sorted.length;
					expect(told).toBeGreaterThanOrEqual((sorted[Math.max(1, Math.floor(rank)) - 1] ?? 0) * 0.99 - 0.001);
					expect(told).toBeLessThanOrEqual((sorted[Math.ceil(rank) - 1] ?? 0) * 1.01 + 0.001);
				}
			}),
		);
	});

	it('a second is over -> the next begins with nothing, the minute keeps it', () => {
		const timing = new Timing();
		timing.record(100);
		expect(timing.tick().max).toBeCloseTo(100, 0);
		expect(timing.tick().max).toBeNull();
		expect(timing.report()).toMatchObject({ count: 1 });
	});

	it('the minute forgets after a minute, and the last 30 s after 30', () => {
		const timing = new Timing();
		timing.record(5);
		const seconds = (report: () => { count: number }) => {
			let passed = 0;
			while (report().count > 0 && passed < 200) {
				timing.tick();
				passed += 1;
			}
			return passed;
		};
		expect(seconds(() => timing.report(30))).toBe(30);
		expect(seconds(() => timing.report())).toBe(30);
	});

	it('each value lies in one bucket: the first whose bound is not below it', () => {
		const timing = new Timing();
		for (const bound of bucketBounds) timing.record(bound);
		timing.record(60_000);
		expect([...timing.buckets]).toEqual([...bucketBounds.map(() => 1), 1]);
		expect(timing.count).toBe(bucketBounds.length + 1);
		expect(timing.sumMs).toBe(bucketBounds.reduce((sum, bound) => sum + bound, 60_000));
	});

	it('what is too small or too large for the histogram still counts', () => {
		const timing = new Timing();
		timing.record(0);
		timing.record(1e12);
		expect(timing.report().count).toBe(2);
	});

	it('reset -> as new', () => {
		const timing = new Timing();
		timing.record(5);
		timing.tick();
		timing.record(5);
		timing.reset();
		expect(timing.report()).toEqual(nothing);
		expect([timing.count, timing.sumMs, ...timing.buckets].every((value) => value === 0)).toBe(true);
	});
});
