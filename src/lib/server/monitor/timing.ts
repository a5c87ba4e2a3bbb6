/** How long something takes: percentiles of the last second and the last minute, and buckets since the start. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { TimingReport } from '../../protocol/status.ts';

/** The native histogram counts whole microseconds, up to an hour, to two figures: 5 kB and 14 ns a value. */
const HIGHEST = 3_600_000_000;
const create = (): RecordableHistogram => createHistogram({ lowest: 1, highest: HIGHEST, figures: 2 });

/** The last minute is kept as slots of so many seconds: it ends now and begins up to one slot late. */
const SLOT = 10;
const SLOTS = 6;

/** Upper bounds of the buckets, in milliseconds. */
export const bucketBounds: readonly number[] = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** Of the last second, in milliseconds; null where nothing was measured. */
export interface SecondReport {
	p95: number | null;
	p99: number | null;
	max: number | null;
}

export class Timing {
	readonly #second = create();
	readonly #slots = Array.from({ length: SLOTS }, create);
	readonly #merged = create();
	#seconds = 0;
	/** As many as each bucket holds, not cumulative; the last one has no bound. */
	readonly buckets = new Float64Array(bucketBounds.length + 1);
	count = 0;
	sumMs = 0;

	record(ms: number) {
		this.#second.record(Math.min(HIGHEST, Math.max(1, Math.round(ms * 1_000))));
		let bucket = 0;
		while (bucket < bucketBounds.length && ms > (bucketBounds[bucket] ?? 0)) bucket += 1;
		this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
		this.count += 1;
		this.sumMs += ms;
	}

	/** A second is over: what it held goes into the minute. Before it the process stood still for `missed` ones. */
	tick(missed = 0): SecondReport {
		const second = { p95: at(this.#second, 95), p99: at(this.#second, 99), max: highest(this.#second) };
		for (let passed = 0; passed <= Math.min(missed, SLOT * SLOTS); passed++) {
			this.#seconds += 1;
			if (this.#seconds % SLOT === 0) this.#slot?.reset();
		}
		if (second.max !== null) this.#slot?.add(this.#second);
		this.#second.reset();
		return second;
	}

	/** Of the last `seconds`, a minute at most, to the slot. */
	report(seconds = SLOT * SLOTS): TimingReport {
		const all = this.#merged;
		all.reset();
		const current = Math.floor(this.#seconds / SLOT);
		for (let back = 0; back < Math.ceil(seconds / SLOT); back++) {
			const slot = this.#slots[(current + SLOTS - back) % SLOTS];
			if (slot && slot.count > 0) all.add(slot);
		}
		if (this.#second.count > 0) all.add(this.#second);
		return { count: all.count, p50: at(all, 50), p95: at(all, 95), p99: at(all, 99), max: highest(all) };
	}

	/** The one that the last second belongs to. */
	get #slot(): RecordableHistogram | undefined {
		return this.#slots[Math.floor(this.#seconds / SLOT) % SLOTS];
	}

	reset() {
		for (const each of [this.#second, ...this.#slots]) each.reset();
		this.buckets.fill(0);
		this.count = this.sumMs = 0;
	}
}

/** A percentile is the end of the step that it lies in, which may be beyond the highest value that there was. */
const at = (histogram: RecordableHistogram, percent: number): number | null =>
	histogram.count > 0 ? Math.min(histogram.percentile(percent), histogram.max) / 1_000 : null;
const highest = (histogram: RecordableHistogram): number | null => (histogram.count > 0 ? histogram.max / 1_000 : null);
