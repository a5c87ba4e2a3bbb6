/** What charts show: a value a second for an hour, a value a minute for a day, of every series, in memory that never grows. */
import { type Sample, type Series, type SeriesName, seriesNames, type Window } from '../../protocol/status.ts';

const SECONDS = 3_600;
const MINUTES = 1_440;
const MINUTE = 60;

interface Span {
	ring: 'seconds' | 'minutes';
	/** Points of the ring that one point of the answer stands for, and how many points are answered. */
	each: number;
	points: number;
}
const spans: Record<Window, Span> = {
	'5m': { ring: 'seconds', each: 1, points: 300 },
	'1h': { ring: 'seconds', each: 10, points: 360 },
	'24h': { ring: 'minutes', each: 1, points: MINUTES },
};

/** Of these the worst of a span is kept; of the others the mean. */
const isWorst = (name: SeriesName) => name.endsWith('Ms');

type Values = Record<SeriesName, number | null>;
const byName = <Value>(make: (name: SeriesName) => Value): Record<SeriesName, Value> =>
	Object.fromEntries(seriesNames.map((name) => [name, make(name)])) as Record<SeriesName, Value>;

/** A ring of points at even distances; NaN where nothing was measured. */
class Ring {
	readonly size: number;
	readonly #values: Record<SeriesName, Float64Array>;
	/** Points ever pushed. */
	length = 0;

	constructor(size: number) {
		this.size = size;
		this.#values = byName(() => new Float64Array(size).fill(Number.NaN));
	}

	push(values: Values) {
		for (const name of seriesNames) this.#values[name][this.length % this.size] = values[name] ?? Number.NaN;
		this.length += 1;
	}

	/** Of the points `from` up to but not including `to`, counted as they were pushed, one value; null where there is none. */
	over(name: SeriesName, from: number, to: number): number | null {
		let count = 0;
		let sum = 0;
		let worst = 0;
		for (let index = Math.max(from, 0, this.length - this.size); index < Math.min(to, this.length); index++) {
			const value = this.#values[name][index % this.size] ?? Number.NaN;
			if (Number.isNaN(value)) continue;
			count += 1;
			sum += value;
			worst = Math.max(worst, value);
		}
		if (count === 0) return null;
		return isWorst(name) ? worst : sum / count;
	}
}

export class History {
	readonly #rings = { seconds: new Ring(SECONDS), minutes: new Ring(MINUTES) };
	/** Wall time of the last second. */
	#at = 0;

	/** Takes the sample of a second, after `missed` ones that never were: the process stood still. */
	push({ at, values }: Sample, missed = 0) {
		const { seconds, minutes } = this.#rings;
		const nothing = byName(() => null);
		for (let second = -Math.min(missed, MINUTES * MINUTE); second <= 0; second++) {
			seconds.push(second < 0 ? nothing : values);
			if (seconds.length % MINUTE === 0)
				minutes.push(byName((name) => seconds.over(name, seconds.length - MINUTE, seconds.length)));
		}
		this.#at = at;
	}

	/** The mean, or the worst, of the last `count` seconds; null where nothing was measured. */
	lately(name: SeriesName, count: number): number | null {
		const { seconds } = this.#rings;
		return seconds.over(name, seconds.length - count, seconds.length);
	}

	/** A window of points, the last of which is the last that is whole. */
	series(window: Window): Series {
		const { ring: name, each, points } = spans[window];
		const ring = this.#rings[name];
		const stepMs = each * (name === 'seconds' ? 1_000 : MINUTE * 1_000);
		const end = Math.floor(ring.length / each);
		const since = this.#rings.seconds.length - end * each * (name === 'seconds' ? 1 : MINUTE);
		const last = this.#at - since * 1_000;
		return {
			window,
			from: last - (points - 1) * stepMs,
			stepMs,
			values: byName((series) =>
				Array.from({ length: points }, (_, index) => {
					const point = end - points + index;
					return ring.over(series, point * each, (point + 1) * each);
				}),
			),
		};
	}
}
