/** Which charts there are, of which series, and in which unit each is written. */
import type { SeriesName, Window } from '../../protocol/status.ts';
import { bytes, count, decimal, short, took } from './format.ts';

export interface Line {
	name: SeriesName;
	label: string;
	tone: 'kelp' | 'brass' | 'sea' | 'plum' | 'bad';
	/** Another unit than the chart's has its own axis, at the right. */
	unit?: Unit;
}

export interface Chart {
	id: string;
	title: string;
	/** What the vertical axis counts. */
	about: string;
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
	perSecond: { write: (value) => (value === null ? decimal(value) : `${decimal(value)}/s`), tick: short, least: 2 },
	ms: { write: took, tick: took, least: 10 },
	bytes: { write: bytes, tick: bytes, least: 10_000_000 },
	cores: { write: decimal, tick: decimal, least: 1 },
};

export const charts: readonly Chart[] = [
	{
		id: 'connections',
		title: 'Connections',
		about: 'clients',
		unit: 'clients',
		lines: [
			{ name: 'connections', label: 'All', tone: 'kelp' },
			{ name: 'fallback', label: 'Over HTTP', tone: 'brass' },
		],
	},
	{
		id: 'messages',
		title: 'Messages',
		about: 'per second',
		unit: 'perSecond',
		lines: [
			{ name: 'delivered', label: 'Delivered', tone: 'kelp' },
			{ name: 'received', label: 'Received', tone: 'brass' },
			{ name: 'failed', label: 'Failed', tone: 'bad' },
		],
	},
	{
		id: 'latency',
		title: 'Latency',
		about: '95 % are faster',
		unit: 'ms',
		lines: [
			{ name: 'responseMs', label: 'Response', tone: 'kelp' },
			{ name: 'deliveryMs', label: 'Delivery', tone: 'brass' },
			{ name: 'commitMs', label: 'Commit', tone: 'sea' },
			{ name: 'roundTripMs', label: 'Round trip', tone: 'plum' },
		],
	},
	{
		id: 'errors',
		title: 'Errors',
		about: 'per second',
		unit: 'perSecond',
		bars: true,
		lines: [
			{ name: 'errors', label: 'Errors', tone: 'bad' },
			{ name: 'broken', label: 'Broken connections', tone: 'brass' },
		],
	},
	{
		id: 'memory',
		title: 'Memory',
		about: 'of the process',
		unit: 'bytes',
		lines: [
			{ name: 'rss', label: 'Resident', tone: 'kelp' },
			{ name: 'heapUsed', label: 'Heap', tone: 'sea' },
		],
	},
	{
		id: 'processor',
		title: 'Processor',
		about: 'cores; loop delay at the right',
		unit: 'cores',
		lines: [
			{ name: 'cpu', label: 'CPU', tone: 'kelp' },
			{ name: 'load', label: 'Load', tone: 'sea' },
			{ name: 'loopDelayMs', label: 'Loop delay', tone: 'plum', unit: 'ms' },
		],
	},
];

/** Lines are told apart by their dashes, too: those of the first, the second … in pixels. */
export const dashes: readonly number[][] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

export const windowLengths: Record<Window, { ms: number; short: string; words: string }> = {
	'5m': { ms: 300_000, short: '5 min', words: 'the last 5 minutes' },
	'1h': { ms: 3_600_000, short: '1 h', words: 'the last hour' },
	'24h': { ms: 86_400_000, short: '24 h', words: 'the last 24 hours' },
};
