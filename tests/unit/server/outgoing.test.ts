/** Frames to texts: whole, in order, and cut where they grow long. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { FrameArray } from '../../../src/lib/server/outgoing.ts';

/** The texts that these frames leave as. */
function texts(frames: readonly string[]): string[] {
	const array = new FrameArray();
	const full = frames.map((frame) => array.add(frame));
	return [...full, array.take(), array.take()].filter((text) => text !== undefined);
}

describe('a frame array', () => {
	it('one frame is itself, several are an array, none is nothing', () => {
		expect(texts([])).toEqual([]);
		expect(texts(['{"a":1}'])).toEqual(['{"a":1}']);
		expect(texts(['1', '2'])).toEqual(['[1,2]']);
	});

	it('whatever their lengths: every frame once, in order, no text longer than it must be', () => {
		const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 300_000 })), { maxLength: 30 });
		fc.assert(
			fc.property(lengths, (lengths) => {
				const frames = lengths.map((length, index) => JSON.stringify(`${index} ${'x'.repeat(length)}`));
				const sent = texts(frames);
				const back = sent.flatMap((text) => [JSON.parse(text)].flat());
				expect(back.map((item) => Number.parseInt(item, 10))).toEqual(frames.map((_, index) => index));
				for (const text of sent) expect(text.length).toBeLessThan(262_144 + 300_100);
			}),
			{ numRuns: 50 },
		);
	});
});
