/** The series of the charts: samples join at their places, and what nobody knows stays empty. */
import { describe, expect, it } from 'bun:test';
import type { Sample, Series } from '../../../src/lib/protocol/status.ts';
import { append, buckets, columns, endOf, merge, skips, summarise } from '../../../src/lib/stores/status/series.ts';
import { NOON, statusOf } from '../../support/status-fixture.ts';
import { pointAt, seriesOf } from '../../support/status-series.ts';

const sample = (at: number, connections: number | null): Sample => ({ at, values: { ...pointAt('busy', 0.5), connections } });
/** One that knows these numbers of connections, a second apart. */
const known = (from: number, ...connections: (number | null)[]): Series => {
	const [first = null, ...others] = connections;
	const { series } = statusOf('busy');
	const empty = { ...series, from, values: columnsOf(series, () => []) };
	return others.reduce(
		(all, value, index) => append(all, sample(from + (index + 1) * 1_000, value)),
		append(empty, sample(from, first)),
	);
};
const columnsOf = (series: Series, change: (points: (number | null)[]) => (number | null)[]): Series['values'] => {
	const values = { ...series.values };
	for (const name of [
		'connections',
		'fallback',
		'received',
		'delivered',
		'failed',
		'errors',
		'broken',
		'rss',
		'cpu',
		'load',
	] as const)
		values[name] = change(values[name]);
	for (const name of ['responseMs', 'deliveryMs', 'commitMs', 'roundTripMs', 'loopDelayMs', 'heapUsed'] as const)
		values[name] = change(values[name]);
	return values;
};
const shown = ({ values }: Series) => values.connections;

describe('a sample is added', () => {
	it('to nothing -> the series begins with it', () => {
		const series = known(NOON, 3);
		expect([series.from, shown(series)]).toEqual([NOON, [3]]);
	});

	it('a second later, a little late -> the next point', () => {
		expect(shown(append(known(NOON, 1, 2), sample(NOON + 2_180, 3)))).toEqual([1, 2, 3]);
	});

	it('after seconds that were missed -> they stay empty', () => {
		expect(shown(append(known(NOON, 1), sample(NOON + 4_000, 5)))).toEqual([1, null, null, null, 5]);
	});

	it('twice for one moment -> the second counts; from before the series -> nothing', () => {
		expect(shown(append(known(NOON, 1, 2), sample(NOON + 1_020, 9)))).toEqual([1, 9]);
		expect(shown(append(known(NOON, 1, 2), sample(NOON - 60_000, 9)))).toEqual([1, 2]);
	});

	it('to a full window -> the oldest goes, and the end moves on', () => {
		const full = seriesOf('busy', '5m', NOON);
		const series = append(full, sample(NOON + 1_000, 7));
		expect([shown(series).length, shown(series).at(-1), shown(series)[0]]).toEqual([300, 7, shown(full)[1] ?? null]);
		expect([series.from, endOf(series)]).toEqual([full.from + 1_000, NOON + 1_000]);
	});

	it('after a silence longer than the window -> a window of nothing, and the sample', () => {
		const series = append(seriesOf('busy', '5m', NOON), sample(NOON + 3_600_000, 7));
		expect(shown(series).filter((point) => point !== null)).toEqual([7]);
		expect([shown(series).length, endOf(series)]).toEqual([300, NOON + 3_600_000]);
	});
});

describe('what was fetched meets what is known', () => {
	it('nothing known -> as fetched; another window -> as fetched', () => {
		const fetched = known(NOON, 1, 2);
		expect(merge(null, fetched)).toBe(fetched);
		expect(merge(seriesOf('busy', '1h', NOON), fetched)).toBe(fetched);
	});

	it('the server has just started and knows little -> what was seen before stays, the gap stays a gap', () => {
		const before = known(NOON, 1, 2, 3);
		const fetched = known(NOON + 1_000, null, null, null, null, 8);
		expect(shown(merge(before, fetched))).toEqual([2, 3, null, null, 8]);
	});

	it('the server knows more -> the gap is filled', () => {
		expect(shown(merge(known(NOON, 1, null, null, 4), known(NOON, 1, 2, 3, 4)))).toEqual([1, 2, 3, 4]);
	});

	it('samples came while the answer was under way -> they stay at the end', () => {
		expect(shown(merge(known(NOON, 1, 2, 3, 4), known(NOON - 1_000, 0, 1, 2)))).toEqual([0, 1, 2, 3, 4]);
	});
});

describe('a series is told', () => {
	it('skips: only where seconds are missing', () => {
		const series = known(NOON, 1, 2);
		expect([2_000, 3_400, 4_000].map((after) => skips(series, { at: NOON + after }))).toEqual([false, false, true]);
	});

	it('columns: times in seconds, then the values', () => {
		expect(columns(known(NOON, 1, null), ['connections'])).toEqual([
			[NOON / 1_000, NOON / 1_000 + 1],
			[1, null],
		]);
	});

	it('buckets: the highest of each step, the newest first; nothing measured stays nothing', () => {
		const { stepMs, rows } = buckets(known(NOON, 1, 5, null, null, 3), ['connections'], 3);
		expect([stepMs, rows]).toEqual([
			2_000,
			[
				{ at: NOON + 4_000, highest: [3] },
				{ at: NOON + 2_000, highest: [null] },
				{ at: NOON, highest: [5] },
			],
		]);
	});

	it('summary: of what was measured', () => {
		expect(summarise([2, null, 6, 4])).toEqual({ now: 4, lowest: 2, highest: 6, average: 4 });
		expect(summarise([2, null])).toEqual({ now: null, lowest: 2, highest: 2, average: 2 });
		expect(summarise([null])).toBeNull();
	});
});
