/** What charts show: windows at even distances, gaps where nothing was measured, and memory that does not grow. */
import { describe, expect, it } from 'bun:test';
import { type Sample, type SeriesName, seriesNames } from '../../../../src/lib/protocol/status.ts';
import { History } from '../../../../src/lib/server/monitor/history.ts';
import { Recent, type Totals } from '../../../../src/lib/server/monitor/recent.ts';

const START = 1_763_600_000_000;
function sample(second: number, given: Partial<Record<SeriesName, number | null>> = {}): Sample {
	const none = Object.fromEntries(seriesNames.map((name) => [name, null]));
	return {
		at: START + second * 1_000,
		values: { ...none, connections: second, responseMs: second, ...given } as Sample['values'],
	};
}
function lived(seconds: number): History {
	const history = new History();
	for (let second = 1; second <= seconds; second++) history.push(sample(second));
	return history;
}

describe('windows', () => {
	it('5 min: a point a second, the last one last, nothing before the start', () => {
		const { from, stepMs, values } = lived(100).series('5m');
		expect(stepMs).toBe(1_000);
		expect(values.connections).toHaveLength(300);
		expect(from + 299 * stepMs).toBe(START + 100_000);
		expect(values.connections.slice(0, 200)).toEqual(Array.from({ length: 200 }, () => null));
		expect(values.connections.slice(200)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
		expect(values.rss.every((value) => value === null)).toBe(true);
	});

	it('1 h: ten seconds a point, the mean of a count and the worst of a time; what is not whole waits', () => {
		const { from, stepMs, values } = lived(125).series('1h');
		expect(stepMs).toBe(10_000);
		expect(values.connections).toHaveLength(360);
		expect(values.connections.at(-1)).toBe(115.5);
		expect(values.responseMs.at(-1)).toBe(120);
		expect(from + 359 * stepMs).toBe(START + 120_000);
	});

	it('24 h: a minute a point', () => {
		const { from, stepMs, values } = lived(130).series('24h');
		expect(stepMs).toBe(60_000);
		expect(values.connections).toHaveLength(1_440);
		expect(values.connections.slice(-3)).toEqual([null, 30.5, 90.5]);
		expect(from + 1_439 * stepMs).toBe(START + 120_000);
	});

	it('two days -> each window is full and holds the newest', () => {
		const seconds = 2 * 86_400;
		const history = lived(seconds);
		expect(history.series('5m').values.connections.slice(-1)).toEqual([seconds]);
		expect(history.series('24h').values.connections).not.toContain(null);
		expect(history.series('24h').values.connections.at(-1)).toBe(seconds - 29.5);
	});

	it('the process stood still -> a gap of that length', () => {
		const history = lived(10);
		history.push(sample(15), 4);
		expect(history.series('5m').values.connections.slice(-6)).toEqual([10, null, null, null, null, 15]);
	});

	it('lately: over the last seconds, whatever of them was measured', () => {
		const history = lived(10);
		expect(history.lately('responseMs', 3)).toBe(10);
		expect(history.lately('connections', 3)).toBe(9);
		expect(history.lately('rss', 3)).toBeNull();
	});
});

describe('growth', () => {
	const totals = (received: number): Totals => ({
		...{ received, delivered: 0, failed: 0, answers: 0, faults: 0, errors: 0 },
		...{ broken: 0, lost: 0, open: received, resumed: 0, unresumed: 0, reconnects: 0 },
	});

	it('over the last seconds, or since the first that is known', () => {
		const recent = new Recent();
		expect(recent.grown('received', 10)).toBe(0);
		for (let second = 0; second <= 5; second++) recent.push(totals(second * second));
		expect(recent.grown('received', 1)).toBe(25 - 16);
		expect(recent.grown('received', 10)).toBe(25);
		expect(recent.span(10)).toBe(5);
		expect(recent.ago(2)?.open).toBe(9);
	});

	it('keeps two minutes', () => {
		const recent = new Recent();
		for (let second = 0; second <= 1_000; second++) recent.push(totals(second));
		expect(recent.grown('received', 120)).toBe(120);
		expect(recent.grown('received', 10_000)).toBe(120);
		recent.clear();
		expect(recent.grown('received', 120)).toBe(0);
	});
});
