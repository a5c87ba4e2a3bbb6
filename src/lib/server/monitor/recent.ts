/** How much counts have grown lately: their values of the last minutes, one set a second. */

/** Seconds that are kept, one more than the longest that anybody asks for. */
const KEPT = 121;

export interface Totals {
	/** Publishes in, and messages handed out. */
	received: number;
	delivered: number;
	/** Publishes that were refused. */
	failed: number;
	/** Answers of all sorts, and those among them that are trouble. */
	answers: number;
	faults: number;
	errors: number;
	/** Connections that broke; of those the ones that were lost; and those that are open. */
	broken: number;
	lost: number;
	open: number;
	/** Rooms that could be resumed, and those that could not. */
	resumed: number;
	unresumed: number;
	reconnects: number;
}

export class Recent {
	readonly #kept: Totals[] = [];

	/** Takes the counts of a second, after `missed` ones in which the process stood still: nothing was counted in those. */
	push(totals: Totals, missed = 0) {
		const last = this.#kept.at(-1);
		for (let second = 0; last && second < Math.min(missed, KEPT); second++) this.#kept.push(last);
		this.#kept.push(totals);
		if (this.#kept.length > KEPT) this.#kept.splice(0, this.#kept.length - KEPT);
	}

	/** Forgets what was: the counts begin anew. */
	clear() {
		this.#kept.length = 0;
	}

	/** How much a count has grown over the last `seconds`, or since the first that is known. */
	grown(name: keyof Totals, seconds: number): number {
		return (this.#kept.at(-1)?.[name] ?? 0) - (this.ago(seconds)?.[name] ?? 0);
	}

	/** As it was `seconds` ago, or as early as is known. */
	ago(seconds: number): Totals | undefined {
		return this.#kept[Math.max(0, this.#kept.length - 1 - seconds)];
	}

	/** Seconds that a rate over `seconds` can be told for. */
	span(seconds: number): number {
		return Math.min(seconds, this.#kept.length - 1);
	}
}
