/** Whether connections break at one age, again and again: a timeout somewhere on the way, and not a bad moment or a bad network. */

/** What is looked at, in milliseconds. */
const WINDOW = 4 * 60_000;
/** Ages that lie this close together are one age. */
const WIDTH = 5_000;
/** Who breaks younger says nothing of a timeout: it did not get that far. */
const YOUNGEST = 10_000;
/** The least that makes a peak: connections, and stretches of `STRETCH` in which some of them broke. */
const LEAST = 10;
const LEAST_STRETCHES = 3;
const STRETCH = 10_000;
/** Bounds the memory; of a flood the newest are as good as all. */
const MOST = 2_000;

interface Break {
	/** Monotonic milliseconds. */
	at: number;
	ageMs: number;
}

export interface Peak {
	/** Of all that broke (0 to 1). */
	share: number;
	/** The middle of the ages in the peak, in milliseconds. */
	ageMs: number;
}

export class CloseAges {
	#breaks: Break[] = [];
	/** False while the last answer still holds: nothing broke, and nothing has become too old. */
	#stale = true;
	#peak: Peak | null = null;

	/** A connection broke on the network. `now`: monotonic milliseconds. */
	add(ageMs: number, now: number) {
		this.#breaks.push({ at: now, ageMs });
		if (this.#breaks.length >= 2 * MOST) this.#breaks = this.#breaks.slice(-MOST);
		this.#stale = true;
	}

	/** The fullest stretch of ages; null where too few broke. A share of 0: they broke, but not at one age at several times. */
	peak(now: number): Peak | null {
		const old = this.#breaks.findIndex(({ at }) => now - at <= WINDOW);
		if (old !== 0 && this.#breaks.length > 0) {
			this.#breaks = old < 0 ? [] : this.#breaks.slice(old);
			this.#stale = true;
		}
		if (this.#stale) this.#peak = peakOf(this.#breaks.slice(-MOST));
		this.#stale = false;
		return this.#peak;
	}
}

function peakOf(breaks: Break[]): Peak | null {
	if (breaks.length < LEAST) return null;
	const byAge = breaks.filter(({ ageMs }) => ageMs >= YOUNGEST).sort((a, b) => a.ageMs - b.ageMs);
	let best: Break[] = [];
	let first = 0;
	/** Of the breaks from `first` on: how many in which stretch of time. */
	const stretches = new Map<number, number>();
	for (const [last, { at, ageMs }] of byAge.entries()) {
		count(stretches, at, 1);
		for (let young = byAge[first]; young && ageMs - young.ageMs > WIDTH; young = byAge[first]) {
			count(stretches, young.at, -1);
			first += 1;
		}
		// A crowd that came together and breaks together has one age too: that is one event, and not a habit.
		if (last - first + 1 > best.length && stretches.size >= LEAST_STRETCHES) best = byAge.slice(first, last + 1);
	}
	if (best.length < LEAST) return { share: 0, ageMs: 0 };
	return { share: best.length / breaks.length, ageMs: best[best.length >> 1]?.ageMs ?? 0 };
}

function count(stretches: Map<number, number>, at: number, by: 1 | -1) {
	const stretch = Math.floor(at / STRETCH);
	const left = (stretches.get(stretch) ?? 0) + by;
	if (left > 0) stretches.set(stretch, left);
	else stretches.delete(stretch);
}
