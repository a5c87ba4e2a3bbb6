/** Which signals go on: once a second for each kind, person and room, and nothing is kept of them beyond that. */
import { expect, it } from 'bun:test';
import { Signals } from '../../../src/lib/server/signals.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const ann = { id: 'ann', name: 'Ann' };
const bob = { id: 'bob', name: 'Bob' };

it('one kind, person and room -> one a second; each of the others counts by itself', async () => {
	const clock = new FakeClock();
	const signals = new Signals({ isThere: () => true }, clock);
	const all = () => [
		signals.passes('lobby', ann, 'typing'),
		signals.passes('lobby', ann, 'typing'),
		signals.passes('lobby', ann, 'waving'),
		signals.passes('lobby', bob, 'typing'),
		signals.passes('attic', ann, 'typing'),
	];
	expect(all()).toEqual([true, false, true, true, true]);
	await clock.advance(999);
	signals.sweep();
	expect(all()).toEqual([false, false, false, false, false]);
	await clock.advance(1);
	signals.sweep();
	expect(all()).toEqual([true, false, true, true, true]);
});

it('somebody who is not in the room -> none', () => {
	const signals = new Signals({ isThere: (room, { id }) => room === 'lobby' && id === 'ann' }, new FakeClock());
	expect([signals.passes('lobby', bob, 'typing'), signals.passes('lobby', ann, 'typing')]).toEqual([false, true]);
});
