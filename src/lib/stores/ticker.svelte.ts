/** The clock of the screen: whoever reads `now` is drawn again as it goes on, and nobody reading costs nothing. */
import { createSubscriber } from 'svelte/reactivity';
import { systemClock } from '../clock.ts';

/** Often enough that a countdown in seconds never skips one. */
const TICK_MS = 250;

class Ticker {
	#subscribe = createSubscriber((update) => {
		const timer = setInterval(update, TICK_MS);
		return () => clearInterval(timer);
	});

	/** Monotonic milliseconds, as the client counts them. */
	get now() {
		this.#subscribe();
		return systemClock.now();
	}
}

export const ticker = new Ticker();
