/** Bars: counts by name with the largest first, and the ages at which connections broke. */
import { m } from '../../paraglide/messages.js';
import type { Metrics } from '../../protocol/status.ts';
import { lasted } from './format.ts';

export interface Bar {
	name: string;
	count: number;
	/** Of the largest, from 0 to 1: how long the bar is. */
	length: number;
}

/** The largest first; what never happened is left out. */
export function bars(counts: Record<string, number>): Bar[] {
	const shown = Object.entries(counts)
		.filter(([, count]) => count > 0)
		.sort(([a, first], [b, second]) => second - first || a.localeCompare(b));
	const most = shown[0]?.[1] ?? 1;
	return shown.map(([name, count]) => ({ name, count, length: count / most }));
}

type Ages = Metrics['closes']['ages'];

/** Columns of the histogram, finer where idle timeouts lie. The last one has no end. In milliseconds. */
const bounds = [
	0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100, 105, 110, 115, 120, 300, 600, 3_600,
].map((seconds) => seconds * 1_000);
/** Where proxies end what is idle, in milliseconds: HAProxy and many load balancers, nginx, Heroku and Cloudflare. */
export const TIMEOUTS = [30_000, 60_000, 100_000];

export interface AgeColumn {
	fromMs: number;
	label: string;
	seen: number;
	reported: number;
	/** Of the highest column, from 0 to 1. */
	seenHeight: number;
	reportedHeight: number;
	/** A usual timeout begins here. */
	timeout: boolean;
}

export function ageColumns({ seen, reported }: Ages): AgeColumn[] {
	const within = (ages: Ages['seen'], from: number, to: number) =>
		ages.reduce((sum, { fromMs, count }) => (fromMs >= from && fromMs < to ? sum + count : sum), 0);
	const columns = bounds.map((fromMs, index) => {
		const toMs = bounds[index + 1] ?? Number.POSITIVE_INFINITY;
		const label =
			toMs === Number.POSITIVE_INFINITY
				? m.status_age_and_more({ from: lasted(fromMs) })
				: m.status_age_range({ from: lasted(fromMs), to: lasted(toMs) });
		return { fromMs, label, seen: within(seen, fromMs, toMs), reported: within(reported, fromMs, toMs) };
	});
	const highest = Math.max(1, ...columns.map((column) => Math.max(column.seen, column.reported)));
	return columns.map((column) => ({
		...column,
		seenHeight: column.seen / highest,
		reportedHeight: column.reported / highest,
		timeout: TIMEOUTS.includes(column.fromMs),
	}));
}

/** What the ages tell, in a sentence. Most ends are both seen here and reported by their clients: whichever side knows of more tells. */
export function agesSentence(columns: AgeColumn[]): string {
	const totals = columns.reduce((sum, { seen, reported }) => ({ seen: sum.seen + seen, reported: sum.reported + reported }), {
		seen: 0,
		reported: 0,
	});
	const side = totals.reported > totals.seen ? 'reported' : 'seen';
	const total = totals[side];
	if (total === 0) return m.status_none_broken_yet();
	// By what a column holds for its width: else the wide ones at the end would hide a proxy's peak.
	const heights = columns.map(
		(column, index) => column[side] / ((columns[index + 1]?.fromMs ?? 2 * column.fromMs) - column.fromMs),
	);
	const peak = columns[heights.indexOf(Math.max(...heights))];
	if (!peak) return '';
	const amount = peak[side];
	const most = amount * 2 > total;
	const say = side === 'reported' ? reported[most ? 'most' : 'often'] : seen[most ? 'most' : 'often'];
	const said = say({ age: peak.label, amount, total });
	return peak.timeout && amount >= 5 && most ? m.status_looks_like_proxy({ said }) : said;
}

const seen = { most: m.status_most_broke, often: m.status_often_broke };
const reported = { most: m.status_most_broke_reported, often: m.status_often_broke_reported };
