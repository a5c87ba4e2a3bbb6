/** Series for the charts: a sample added at the end, what was fetched joined with what is known, and gaps where nothing is known. */
import { type Sample, type Series, type SeriesName, seriesNames } from '../../protocol/status.ts';
import { windowLengths } from './charts.ts';

type Values = (number | null)[];

const NOTHING_MEASURED: Sample['values'] = {
	connections: null,
	fallback: null,
	received: null,
	delivered: null,
	failed: null,
	errors: null,
	broken: null,
	responseMs: null,
	deliveryMs: null,
	commitMs: null,
	roundTripMs: null,
	loopDelayMs: null,
	rss: null,
	heapUsed: null,
	cpu: null,
	load: null,
};

/** The same for each series. */
function each<Value>(
	values: Record<SeriesName, Value>,
	change: (value: Value, name: SeriesName) => Value,
): Record<SeriesName, Value> {
	const changed = { ...values };
	for (const name of seriesNames) changed[name] = change(values[name], name);
	return changed;
}

const lengthOf = ({ values }: Series) => values.connections.length;
/** The time of the last point, in milliseconds since 1970. */
export const endOf = (series: Series) => series.from + Math.max(0, lengthOf(series) - 1) * series.stepMs;
const placeOf = ({ from, stepMs }: Series, at: number) => Math.round((at - from) / stepMs);

/**
 * The series with the sample at its place, and nothing older than its window. Seconds that were missed stay empty.
 * One from before the series changes nothing; the second one of the same moment replaces the first.
 */
export function append(series: Series, { at, values }: Sample): Series {
	if (lengthOf(series) === 0) return { ...series, from: at, values: each(series.values, (_, name) => [values[name]]) };
	const place = placeOf(series, at);
	if (place < 0) return series;
	const kept = Math.round(windowLengths[series.window].ms / series.stepMs);
	const dropped = Math.max(0, place + 1 - kept);
	const from = series.from + dropped * series.stepMs;
	return {
		...series,
		from,
		values: each(series.values, (before, name) => {
			const points = before.slice(dropped);
			while (points.length < place - dropped) points.push(null);
			points[place - dropped] = values[name];
			return points;
		}),
	};
}

/**
 * What was fetched, and in its empty places what is known from before: a server that has just started remembers nothing of it.
 * Samples that came while the answer was under way stay at the end.
 */
export function merge(known: Series | null, fetched: Series): Series {
	if (!known || known.window !== fetched.window || known.stepMs !== fetched.stepMs || lengthOf(fetched) === 0) return fetched;
	const offset = placeOf(known, fetched.from);
	const joined = {
		...fetched,
		values: each(fetched.values, (points, name) =>
			points.map((point, index) => point ?? known.values[name][index + offset] ?? null),
		),
	};
	const later = placeOf(fetched, endOf(known)) - lengthOf(fetched) + 1;
	return Array.from({ length: Math.max(0, later) }, (_, step) => lengthOf(fetched) + step).reduce<Series>(
		(series, index) => append(series, sampleAt(known, fetched.from + index * fetched.stepMs)),
		joined,
	);
}

function sampleAt(series: Series, at: number): Sample {
	const place = placeOf(series, at);
	return { at, values: each(NOTHING_MEASURED, (_, name) => series.values[name][place] ?? null) };
}

/** Whether seconds are missing between the end of the series and the sample. */
export const skips = (series: Series, { at }: Pick<Sample, 'at'>) =>
	lengthOf(series) > 0 && at - endOf(series) > 2.5 * series.stepMs;

/** As uPlot wants it: the times in seconds, then the values of each series. */
export function columns(series: Series, names: readonly SeriesName[]): [number[], ...Values[]] {
	const { from, stepMs, values } = series;
	return [
		Array.from({ length: lengthOf(series) }, (_, index) => (from + index * stepMs) / 1_000),
		...names.map((name) => values[name]),
	];
}

export interface Bucket {
	/** Its first moment, in milliseconds since 1970. */
	at: number;
	/** The highest of each series in it. */
	highest: Values;
}

/** The series in at most `most` steps of equal length, the newest first: a table that can be read. */
export function buckets(series: Series, names: readonly SeriesName[], most: number): { stepMs: number; rows: Bucket[] } {
	const { from, stepMs, values } = series;
	const size = Math.max(1, Math.ceil(lengthOf(series) / most));
	const rows = Array.from({ length: Math.ceil(lengthOf(series) / size) }, (_, bucket) => ({
		at: from + bucket * size * stepMs,
		highest: names.map((name) => highestOf(values[name].slice(bucket * size, (bucket + 1) * size))),
	}));
	return { stepMs: size * stepMs, rows: rows.reverse() };
}

const highestOf = (points: Values): number | null =>
	points.reduce((highest, point) => (point === null || (highest !== null && highest >= point) ? highest : point), null);

export interface Summary {
	now: number | null;
	lowest: number;
	highest: number;
	average: number;
}

/** Null where nothing was measured. */
export function summarise(points: Values): Summary | null {
	const measured = points.filter((point) => point !== null);
	if (measured.length === 0) return null;
	return {
		now: points.at(-1) ?? null,
		lowest: measured.reduce((a, b) => Math.min(a, b)),
		highest: measured.reduce((a, b) => Math.max(a, b)),
		average: measured.reduce((a, b) => a + b) / measured.length,
	};
}
