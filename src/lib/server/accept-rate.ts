/** How many clients a second this server can greet, and over which window they are asked to spread their return. */

/** A second that took this much longer than planned was more than the loop could do. */
const SATURATED = 1.5;
/** Greetings below which a late second proves nothing: something else held up the loop. */
const TELLING = 20;
/** The least that it may come down to. */
const LEAST = 10;
/** The part of the difference by which it returns to what the operator said, each second, once nobody is in its way: minutes in all. */
const RECOVERY = 0.01;
/** Of what it can greet, the part that is left to those who return: the rest is for those who stayed. */
const SHARE = 0.5;
/** The longest window, in milliseconds. */
const LONGEST_SPREAD = 30_000;

export class AcceptRate {
	readonly #expected: number;
	#estimate: number;
	#greeted = 0;

	/** @param expected clients a second, to begin with */
	constructor(expected: number) {
		this.#expected = expected;
		this.#estimate = expected;
	}

	/** Clients a second. */
	get perSecond(): number {
		return this.#estimate;
	}

	/** One client was greeted. */
	count() {
		this.#greeted += 1;
	}

	/** `elapsedMs` have passed since the last time, of `plannedMs` that should have. */
	measure(elapsedMs: number, plannedMs: number) {
		if (elapsedMs <= 0) return;
		const managed = (this.#greeted / elapsedMs) * 1_000;
		const saturated = elapsedMs > SATURATED * plannedMs && this.#greeted >= TELLING;
		this.#greeted = 0;
		if (managed > this.#estimate) this.#estimate = managed;
		else if (saturated) this.#estimate = Math.max(LEAST, (this.#estimate + managed) / 2);
		else if (this.#estimate < this.#expected) this.#estimate += (this.#expected - this.#estimate) * RECOVERY;
	}

	/** The window for as many clients as are connected, in milliseconds. */
	spreadMs(connections: number): number {
		return Math.min(LONGEST_SPREAD, Math.round((connections / (SHARE * this.#estimate)) * 1_000));
	}
}
