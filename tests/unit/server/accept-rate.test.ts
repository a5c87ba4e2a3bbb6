/** The measured rate: what raises it, what lowers it, and the window that follows from it. */
import { describe, expect, it } from 'bun:test';
import { AcceptRate } from '../../../src/lib/server/accept-rate.ts';

function second(rate: AcceptRate, greeted: number, elapsedMs = 1_000) {
	for (let n = 0; n < greeted; n++) rate.count();
	rate.measure(elapsedMs, 1_000);
	return Math.round(rate.perSecond);
}

describe('the accept rate', () => {
	it('is what the operator said until a second shows more', () => {
		const rate = new AcceptRate(2_000);
		expect(second(rate, 0)).toBe(2_000);
		expect(second(rate, 1_500)).toBe(2_000);
		expect(second(rate, 3_000)).toBe(3_000);
		expect(second(rate, 10)).toBe(3_000);
	});

	it('a second that took too long lowers it towards what was managed; quiet minutes bring it back', () => {
		const rate = new AcceptRate(2_000);
		expect(second(rate, 800, 2_000)).toBe(1_200);
		expect(second(rate, 800, 2_000)).toBe(800);
		for (let n = 0; n < 100; n++) second(rate, 0);
		expect(rate.perSecond).toBeGreaterThan(1_500);
		for (let n = 0; n < 500; n++) second(rate, 0);
		expect(Math.round(rate.perSecond)).toBeLessThanOrEqual(2_000);
		expect(rate.perSecond).toBeGreaterThan(1_980);
	});

	it('a stall with next to nobody in it proves nothing, and it never comes down to nothing', () => {
		const rate = new AcceptRate(2_000);
		expect(second(rate, 19, 60_000)).toBe(2_000);
		for (let n = 0; n < 100; n++) second(rate, 20, 600_000);
		expect(rate.perSecond).toBe(10);
		expect(rate.spreadMs(1)).toBe(200);
	});

	it('the window leaves half to those who stayed, and has an end', () => {
		const rate = new AcceptRate(2_000);
		expect(rate.spreadMs(0)).toBe(0);
		expect(rate.spreadMs(1_000)).toBe(1_000);
		expect(rate.spreadMs(1_000_000)).toBe(30_000);
	});
});
