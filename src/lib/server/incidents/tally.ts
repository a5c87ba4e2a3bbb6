/** Counts by name: since the start, and over the last minute. */

const SECONDS = 60;

export class Tally<Name extends string> {
	readonly #totals = new Map<Name, number>();
	/** By name, one count for each of the last seconds. */
	readonly #recent = new Map<Name, { counts: Uint32Array; second: number }>();

	/** @param now monotonic milliseconds */
	add(name: Name, now: number) {
		this.#totals.set(name, (this.#totals.get(name) ?? 0) + 1);
		const counts = this.#upTo(name, now);
		const index = Math.floor(now / 1_000) % SECONDS;
		counts[index] = (counts[index] ?? 0) + 1;
	}

	get totals(): Partial<Record<Name, number>> {
		return record(this.#totals);
	}

	/** Those of the last 60 s, to the second. */
	lastMinute(now: number): Partial<Record<Name, number>> {
		const sums = [...this.#recent.keys()].map((name): [Name, number] => [
			name,
			this.#upTo(name, now).reduce((sum, count) => sum + count, 0),
		]);
		return record(sums.filter(([, count]) => count > 0));
	}

	/** The counts of a name, those that are a minute old taken out. */
	#upTo(name: Name, now: number): Uint32Array {
		const second = Math.floor(now / 1_000);
		let recent = this.#recent.get(name);
		if (!recent) {
			recent = { counts: new Uint32Array(SECONDS), second };
			this.#recent.set(name, recent);
		}
		const passed = Math.min(SECONDS, second - recent.second);
		for (let step = 1; step <= passed; step++) recent.counts[(recent.second + step) % SECONDS] = 0;
		recent.second = Math.max(recent.second, second);
		return recent.counts;
	}
}

function record<Name extends string>(entries: Iterable<[Name, number]>): Partial<Record<Name, number>> {
	const counts: Partial<Record<Name, number>> = {};
	for (const [name, count] of entries) counts[name] = count;
	return counts;
}
