/** A rate with a burst: how often something may happen, in all or to each. */

/** Keys whose rate is remembered. Past it the idle ones are forgotten, looked for this often, in milliseconds; then those that came first. */
const KEYS = 10_000;
const LOOK_EVERY = 1_000;

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
		const wait = this.wait(now);
		if (wait === 0) this.#tokens -= 1;
		return wait;
	}

	/** What `take` would answer. */
	wait(now: number): number {
		const { perSecond, burst } = this.#rate;
		if (perSecond === 0) return 0;
		this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
		this.#filledAt = now;
		return this.#tokens < 1 ? Math.ceil(((1 - this.#tokens) / perSecond) * 1000) : 0;
	}

	/** Whether it is full again, so that forgetting it changes nothing. */
	idle(now: number): boolean {
		return this.#tokens + ((now - this.#filledAt) / 1000) * this.#rate.perSecond >= this.#rate.burst;
	}
}

/** A bucket a key, such as an address: as above. */
export class Buckets {
	readonly #rate: Rate;
	readonly #buckets = new Map<string, TokenBucket>();
	#lookedAt = Number.NEGATIVE_INFINITY;

	constructor(rate: Rate) {
		this.#rate = rate;
	}

	take(key: string, now: number): number {
		return this.#rate.perSecond === 0 ? 0 : this.#of(key, now).take(now);
	}

	wait(key: string, now: number): number {
		return this.#buckets.get(key)?.wait(now) ?? 0;
	}

	#of(key: string, now: number): TokenBucket {
		const known = this.#buckets.get(key);
		if (known) return known;
		if (this.#buckets.size >= KEYS) this.#forget(now);
		const bucket = new TokenBucket(this.#rate, now);
		this.#buckets.set(key, bucket);
		return bucket;
	}

	/** Not a look through all of them for each that comes: somebody with very many addresses would keep us busy with that alone. */
	#forget(now: number) {
		if (now - this.#lookedAt >= LOOK_EVERY) {
			this.#lookedAt = now;
			for (const [key, each] of this.#buckets) if (each.idle(now)) this.#buckets.delete(key);
		}
		for (const [first] of this.#buckets) {
			if (this.#buckets.size < KEYS) return;
			this.#buckets.delete(first);
		}
	}
}
