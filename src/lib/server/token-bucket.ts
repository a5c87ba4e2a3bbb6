/** A rate with a burst: how often something may happen. */

export interface Rate {
	/** Tokens a second; 0 lifts the limit. */
	perSecond: number;
	/** Tokens at most. */
	burst: number;
}

export class TokenBucket {
	readonly #rate: Rate;
	#tokens: number;
	#filledAt: number;

	constructor(rate: Rate, now: number) {
		this.#rate = rate;
		this.#tokens = rate.burst;
		this.#filledAt = now;
	}

	/** Takes a token: 0, or the milliseconds until there is one. `now` is monotonic milliseconds. */
	take(now: number): number {
		const { perSecond, burst } = this.#rate;
		if (perSecond === 0) return 0;
		this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
		this.#filledAt = now;
		if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) / perSecond) * 1000);
		this.#tokens -= 1;
		return 0;
	}

	/** Whether it is full again, so that forgetting it changes nothing. */
	idle(now: number): boolean {
		return this.#tokens + ((now - this.#filledAt) / 1000) * this.#rate.perSecond >= this.#rate.burst;
	}
}
