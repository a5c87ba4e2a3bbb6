/** Which charts there are, of which series, and in which unit each is written. */
import { m } from '../../paraglide/messages.js';
import type { SeriesName, Window } from '../../protocol/status.ts';
import { bytes, count, decimal, short, took } from './format.ts';

export interface Line {
	name: SeriesName;
	label: () => string;
	tone: 'kelp' | 'brass' | 'sea' | 'plum' | 'bad';
	/** Another unit than the chart's has its own axis, at the right. */
	unit?: Unit;
}

export interface Chart {
	id: string;
	title: () => string;
	/** What the vertical axis counts. */
	about: () => string;
	unit: Unit;
	/** Counts of single events, which no line leads from one to the next of. The second is among the first. */
	bars?: true;
	/** The first is drawn with what is below it filled. */
	lines: readonly Line[];
}

export type Unit = 'clients' | 'perSecond' | 'ms' | 'bytes' | 'cores';

interface UnitWords {
	/** A value with its unit, as in a legend. */
	write(value: number | null): string;
	/** Short, as on an axis. */
	tick(value: number): string;
	/** The axis reaches at least this far, so that next to nothing does not look like much. */
	least: number;
}

export const units: Record<Unit, UnitWords> = {
	clients: { write: count, tick: short, least: 5 },
	perSecond: {
		write: (value) => (value === null ? decimal(value) : m.status_rate({ value: decimal(value) })),
		tick: short,
		least: 2,
	},
	ms: { write: took, tick: took, least: 10 },
	bytes: { write: bytes, tick: bytes, least: 10_000_000 },
	cores: { write: decimal, tick: decimal, least: 1 },
};

export const charts: readonly Chart[] = [
	{
		id: 'connections',
		title: m.status_chart_connections,
		about: m.status_about_clients,
		unit: 'clients',
		lines: [
			{ name: 'connections', label: m.status_line_all, tone: 'kelp' },
			{ name: 'fallback', label: m.status_line_http, tone: 'brass' },
		],
	},
	{
		id: 'messages',
		title: m.status_chart_messages,
		about: m.status_about_per_second,
		unit: 'perSecond',
		lines: [
			{ name: 'delivered', label: m.status_line_delivered, tone: 'kelp' },
			{ name: 'received', label: m.status_line_received, tone: 'brass' },
			{ name: 'failed', label: m.status_line_failed, tone: 'bad' },
		],
	},
	{
		id: 'latency',
		title: m.status_chart_latency,
		about: m.status_about_latency,
		unit: 'ms',
		lines: [
			{ name: 'responseMs', label: m.status_line_response, tone: 'kelp' },
			{ name: 'deliveryMs', label: m.status_line_delivery, tone: 'brass' },
			{ name: 'commitMs', label: m.status_line_commit, tone: 'sea' },
			{ name: 'roundTripMs', label: m.status_line_round_trip, tone: 'plum' },
		],
	},
	{
		id: 'errors',
		title: m.status_chart_errors,
		about: m.status_about_per_second,
		unit: 'perSecond',
		bars: true,
		lines: [
			{ name: 'errors', label: m.status_line_errors, tone: 'bad' },
			{ name: 'broken', label: m.status_line_broken, tone: 'brass' },
		],
	},
	{
		id: 'memory',
		title: m.status_memory,
		about: m.status_about_process,
		unit: 'bytes',
		lines: [
			{ name: 'rss', label: m.status_line_resident, tone: 'kelp' },
			{ name: 'heapUsed', label: m.status_line_heap, tone: 'sea' },
		],
	},
	{
		id: 'processor',
		title: m.status_chart_processor,
		about: m.status_about_cores,
		unit: 'cores',
		lines: [
			{ name: 'cpu', label: m.status_line_cpu, tone: 'kelp' },
			{ name: 'load', label: m.status_line_load, tone: 'sea' },
			{ name: 'loopDelayMs', label: m.status_line_loop_delay, tone: 'plum', unit: 'ms' },
		],
	},
];

/** Lines are told apart by their dashes, too: those of the first, the second … in pixels. */
export const dashes: readonly number[][] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

export const windowLengths: Record<Window, { ms: number; short: () => string; words: () => string }> = {
	'5m': { ms: 300_000, short: m.status_window_5m, words: m.status_over_5m },
	'1h': { ms: 3_600_000, short: m.status_window_1h, words: m.status_over_1h },
	'24h': { ms: 86_400_000, short: m.status_window_24h, words: m.status_over_24h },
};
