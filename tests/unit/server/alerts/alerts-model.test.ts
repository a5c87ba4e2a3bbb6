/** Alerts against what they promise, over thousands of random courses: nothing raised or over without its full time. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { watch } from './harness.ts';

const reading = fc.oneof(
	{ weight: 4, arbitrary: fc.constantFrom(0.5, 0.9) },
	{ weight: 1, arbitrary: fc.constantFrom(null, 0.7, 0.75, 0.8) },
);
const course = fc.array(fc.tuple(reading, fc.integer({ min: 1, max: 8 })), { maxLength: 30 });

const wrong = (value: number | null) => value !== null && value >= 0.8;
const well = (value: number | null) => value === null || value <= 0.7;
/** Whether the last `seconds` and the reading that began them were all so. */
const lasting = (values: (number | null)[], seconds: number, so: (value: number | null) => boolean) =>
	values.length > seconds && values.slice(-seconds - 1).every(so);

describe('any course of a figure', () => {
	it('raised exactly after its time of wrong, over exactly after its time of well', async () => {
		await fc.assert(
			fc.asyncProperty(course, async (stretches) => {
				const { heard, ...on } = watch();
				const seen: (number | null)[] = [];
				const expected: string[] = [];
				for (const value of stretches.flatMap(([each, seconds]) => Array.from({ length: seconds }, () => each))) {
					await on.memory(value);
					seen.push(value);
					const up = expected.length % 2 === 1;
					if (!up && lasting(seen, 3, wrong)) expected.push('raised memory');
					if (up && lasting(seen, 5, well)) expected.push('cleared memory');
					expect(heard).toEqual(expected);
				}
			}),
			{ numRuns: 300 },
		);
	});
});
