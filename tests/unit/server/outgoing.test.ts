/** Frames to texts: whole, in order, and cut where they grow long. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { arrays } from '../../../src/lib/server/outgoing.ts';

describe('arrays', () => {
	it('one frame is itself, several are an array, none is nothing', () => {
		expect([...arrays([])]).toEqual([]);
		expect([...arrays(['{"a":1}'])]).toEqual(['{"a":1}']);
		expect([...arrays(['1', '2'])]).toEqual(['[1,2]']);
	});

	it('whatever their lengths: every frame once, in order, no text longer than it must be', () => {
		const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 300_000 })), { maxLength: 30 });
		fc.assert(
			fc.property(lengths, (lengths) => {
				const frames = lengths.map((length, index) => JSON.stringify(`${index} ${'x'.repeat(length)}`));
				const texts = [...arrays(frames)];
				const back = texts.flatMap((text) => [JSON.parse(text)].flat());
				expect(back.map((item) => Number.parseInt(item, 10))).toEqual(frames.map((_, index) => index));
				for (const text of texts) expect(text.length).toBeLessThan(262_144 + 300_100);
			}),
			{ numRuns: 50 },
		);
	});
});
