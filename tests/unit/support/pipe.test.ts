/** One direction of the fault proxy on a clock in the hand: when which bytes go through. */
import { expect, it } from 'bun:test';
import fc from 'fast-check';
import { FakeClock } from '../../support/fake-clock.ts';
import { clear, HIGH_WATER, Pipe, type Shape } from '../../support/pipe.ts';
import { createRandom } from '../../support/random.ts';

function pipe(shape: Partial<Shape>) {
	const clock = new FakeClock();
	const start = clock.now();
	const writes: { at: number; text: string }[] = [];
	const source = { paused: false };
	let room = Number.POSITIVE_INFINITY;
	const end = {
		write(bytes: Uint8Array) {
			const taken = Math.min(room, bytes.length);
			room -= taken;
			if (taken > 0) writes.push({ at: clock.now() - start, text: Buffer.from(bytes.subarray(0, taken)).toString() });
			return taken;
		},
		shutdown: () => writes.push({ at: clock.now() - start, text: 'FIN' }),
		terminate: () => writes.push({ at: clock.now() - start, text: 'RST' }),
		pause() {
			source.paused = true;
		},
		resume() {
			source.paused = false;
		},
	};
	const made = new Pipe(end, { ...clear, ...shape }, clock, createRandom(3));
	made.connect(end);
	const push = (text: string) => made.push(Buffer.from(text));
	const take = (bytes: number) => {
		room = bytes;
	};
	return { pipe: made, clock, writes, push, source, take, text: () => writes.map(({ text }) => text).join('') };
}

it('delay: each read leaves that much later, the end behind it', async () => {
	const { pipe: it, clock, writes, push } = pipe({ delayMs: 50 });
	push('a');
	await clock.advance(20);
	push('b');
	it.end('fin');
	await clock.advance(100);
	expect(writes).toEqual([
		{ at: 50, text: 'a' },
		{ at: 70, text: 'b' },
		{ at: 70, text: 'FIN' },
	]);
});

it('slice: so many bytes, so far apart', async () => {
	const { clock, writes, push } = pipe({ sliceBytes: 2, sliceEveryMs: 10 });
	push('abcde');
	await clock.advance(100);
	expect(writes).toEqual([
		{ at: 0, text: 'ab' },
		{ at: 10, text: 'cd' },
		{ at: 20, text: 'e' },
	]);
});

it('limit: no more than the rate over any stretch', async () => {
	const { clock, writes, push } = pipe({ bytesPerSecond: 1_000 });
	push('x'.repeat(500));
	await clock.advance(400);
	expect(writes.every(({ at, text }) => text.length <= 50 && at % 50 === 0)).toBe(true);
	expect(writes).toHaveLength(9);
	await clock.advance(100);
	expect(writes).toHaveLength(10);
});

it('held: nothing passes, the source is paused at the bound, and all of it arrives afterwards', async () => {
	const { pipe: it, clock, writes, push, source, text } = pipe({ held: true });
	const block = 'x'.repeat(HIGH_WATER / 4);
	for (let count = 0; count < 4; count++) push(block);
	it.end('reset');
	await clock.advance(60_000);
	expect([writes.length, source.paused, it.waiting]).toEqual([0, true, HIGH_WATER]);
	it.shape.held = false;
	it.pump();
	expect([text(), source.paused, it.waiting, it.passed]).toEqual([`${block.repeat(4)}RST`, false, 0, HIGH_WATER]);
});

it('a slow sink: the rest waits for its word', () => {
	const { pipe: it, push, take, text } = pipe({});
	take(2);
	push('abc');
	push('d');
	expect(text()).toBe('ab');
	take(10);
	it.drained();
	expect(text()).toBe('abcd');
});

it('whatever the shape, bytes keep their order and none is lost', async () => {
	const shape = fc.record({
		delayMs: fc.nat(30),
		jitterMs: fc.nat(100),
		sliceBytes: fc.nat(5),
		sliceEveryMs: fc.nat(20),
		bytesPerSecond: fc.constantFrom(0, 100, 5_000),
	});
	const parts = fc.array(fc.record({ text: fc.string({ minLength: 1, unit: 'grapheme-ascii' }), pause: fc.nat(50) }), {
		maxLength: 12,
	});
	await fc.assert(
		fc.asyncProperty(shape, parts, async (given, pushed) => {
			const { pipe: it, clock, push, text } = pipe(given);
			for (const each of pushed) {
				push(each.text);
				await clock.advance(each.pause);
			}
			it.end('fin');
			await clock.advance(60_000);
			expect(text()).toBe(`${pushed.map((each) => each.text).join('')}FIN`);
		}),
		{ numRuns: 50 },
	);
});
