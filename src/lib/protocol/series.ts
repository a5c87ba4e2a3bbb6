/** What charts show: one point of every series, and windows of them. */
import * as v from 'valibot';

/** Wall time in milliseconds since 1970, or milliseconds. */
const ms = v.number();

/** What is kept for charts, a value a second for an hour and a minute for a day: per second where it is a rate, milliseconds, bytes, or a plain number. */
export const seriesNames = [
	'connections',
	/** Clients over HTTP. */
	'fallback',
	'received',
	'delivered',
	'failed',
	'errors',
	'broken',
	/** p95 of the second, or the highest p95 of the minute. */
	'responseMs',
	'deliveryMs',
	'commitMs',
	'roundTripMs',
	/** The worst of the second or minute. */
	'loopDelayMs',
	'rss',
	'heapUsed',
	'cpu',
	'load',
] as const;
export type SeriesName = (typeof seriesNames)[number];
const value = v.nullable(v.number());

/** One point of every series. */
export const sample = v.object({
	at: ms,
	values: v.object({
		connections: value,
		fallback: value,
		received: value,
		delivered: value,
		failed: value,
		errors: value,
		broken: value,
		responseMs: value,
		deliveryMs: value,
		commitMs: value,
		roundTripMs: value,
		loopDelayMs: value,
		rss: value,
		heapUsed: value,
		cpu: value,
		load: value,
	}),
});
export type Sample = v.InferOutput<typeof sample>;

export const windows = ['5m', '1h', '24h'] as const;
export type Window = (typeof windows)[number];

/** Points at even distances: the first at `from`, each `stepMs` after the one before; null where nothing was measured. */
export const series = v.object({
	window: v.picklist(windows),
	from: ms,
	stepMs: ms,
	values: v.object({
		connections: v.array(value),
		fallback: v.array(value),
		received: v.array(value),
		delivered: v.array(value),
		failed: v.array(value),
		errors: v.array(value),
		broken: v.array(value),
		responseMs: v.array(value),
		deliveryMs: v.array(value),
		commitMs: v.array(value),
		roundTripMs: v.array(value),
		loopDelayMs: v.array(value),
		rss: v.array(value),
		heapUsed: v.array(value),
		cpu: v.array(value),
		load: v.array(value),
	}),
});
export type Series = v.InferOutput<typeof series>;
