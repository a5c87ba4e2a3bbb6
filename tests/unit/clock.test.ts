/** The system's clock, where the runtime's timers are not what they seem. */
import { expect, it } from 'bun:test';
import { systemClock } from '../../src/lib/clock.ts';

it('a time beyond what timers can count -> not at once', async () => {
	let fired = false;
	const cancel = systemClock.setTimeout(() => {
		fired = true;
	}, 1e12);
	await new Promise<void>((resolve) => void systemClock.setTimeout(resolve, 10));
	cancel();
	expect(fired).toBe(false);
});
