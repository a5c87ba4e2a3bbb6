/** The tables and bars of the status page: every figure by its path, bars by size, ages, and the order of connections. */
import { describe, expect, it } from 'bun:test';
import * as v from 'valibot';
import { status } from '../../../src/lib/protocol/status.ts';
import { ageColumns, agesSentence, bars } from '../../../src/lib/stores/status/bars.ts';
import { ariaSort, FIRST_QUERY, queryText, sortedBy } from '../../../src/lib/stores/status/connection-list.ts';
import { allFigures, figureAt, written } from '../../../src/lib/stores/status/figures.ts';
import { createTimes } from '../../../src/lib/stores/status/format.ts';
import { metricsOf, statusOf } from '../../support/status-fixture.ts';

const metrics = metricsOf('trouble');
const times = createTimes('UTC');

it.each(['idle', 'busy', 'trouble'] as const)('what these tests are given is what a server may answer: %s', (scene) => {
	expect(v.safeParse(status, statusOf(scene)).issues).toBeUndefined();
});

describe('figures by path', () => {
	it('every figure is there, and each path leads back to its value', () => {
		const figures = allFigures(metrics).flatMap((part) => part.figures);
		let leaves = 0;
		JSON.parse(JSON.stringify(metrics), (_, value) => {
			if (typeof value !== 'object' || value === null) leaves += 1;
			return value;
		});
		expect(figures.length).toBe(leaves);
		for (const { path, value } of figures) expect([path, figureAt(metrics, path)]).toEqual([path, value]);
	});
	it('what is not there is null, and what objects inherit is not there', () => {
		expect(
			['closes.byCause.drain', 'closes.byCause.constructor', 'connections', 'at.now'].map((path) => figureAt(metrics, path)),
		).toEqual([null, null, null, null]);
	});
	const readings: [path: string, text: string][] = [
		['connections.peak', '498'],
		['messages.receivedPerSecond', '58.4'],
		['messages.successRate', '99.96%'],
		['transports.websocket.successRate', '92.5%'],
		['fallbackShare', '15.8%'],
		['timings.response.p95', '45 ms'],
		['timings.response.count', '12,000'],
		['process.rss', '168.3 MB'],
		['process.cpu', '34.4%'],
		['process.load.0', '0.71'],
		['closes.ages.seen.2.fromMs', '1m'],
		['closes.ages.seen.2.count', '58'],
		['outbox.oldestMs', '2.4s'],
		['server.uptimeMs', '1d 2h'],
		['server.startedAt', 'Mon 23 Nov, 10:00:00'],
		['log.writable', 'yes'],
		['log.walBytes', '4.1 MB'],
		['server.version', '0.1.0'],
	];
	it.each(readings)('%s is read as %s', (path, text) => {
		expect(written(path, figureAt(metrics, path), times)).toBe(text);
	});
});

describe('bars', () => {
	it('the largest first, what never happened not at all, equal ones by name', () => {
		expect(bars({ b: 2, a: 2, none: 0, most: 8 })).toEqual([
			{ name: 'most', count: 8, length: 1 },
			{ name: 'a', count: 2, length: 0.25 },
			{ name: 'b', count: 2, length: 0.25 },
		]);
		expect(bars({})).toEqual([]);
	});

	it('ages: all are counted, each in its column; a peak at 60 s is called a proxy', () => {
		const columns = ageColumns(metrics.closes.ages);
		expect(columns.reduce((sum, { seen }) => sum + seen, 0)).toBe(96);
		expect(columns.filter(({ timeout }) => timeout).map(({ fromMs }) => fromMs)).toEqual([30_000, 60_000, 100_000]);
		expect(columns.find(({ fromMs }) => fromMs === 60_000)).toMatchObject({ seen: 58, reported: 51, seenHeight: 1 });
		expect(agesSentence(columns)).toBe('Most broke at an age of 1m to 1m 5s: 58 of 96. That looks like a proxy’s idle timeout.');
	});

	it('ages: a peak elsewhere is not, and none is said to be none', () => {
		const elsewhere = ageColumns({ seen: [{ fromMs: 0, toMs: 5_000, count: 9 }], reported: [] });
		expect(agesSentence(elsewhere)).toBe('Most broke at an age of 0s to 5s: 9 of 9.');
		const unseen = ageColumns({ seen: [{ fromMs: 0, toMs: 5_000, count: 1 }], reported: [{ fromMs: 0, toMs: 5_000, count: 2 }] });
		expect(agesSentence(unseen)).toBe('Most broke at an age of 0s to 5s: 2 of 2, as clients say.');
		const longer = { fromMs: 180_000, toMs: 210_000, count: 30 };
		expect(agesSentence(ageColumns({ seen: [{ fromMs: 60_000, toMs: 65_000, count: 20 }, longer], reported: [] }))).toBe(
			'They broke most often at an age of 1m to 1m 5s: 20 of 50.',
		);
		expect(agesSentence(ageColumns({ seen: [], reported: [] }))).toBe('No connection has broken yet.');
	});
});

describe('the order of connections', () => {
	it('a press on another column begins there, on the same one turns round', () => {
		const byTrip = sortedBy(FIRST_QUERY, 'roundTrip');
		expect([byTrip.sort, byTrip.descending]).toEqual(['roundTrip', true]);
		expect(sortedBy(byTrip, 'roundTrip').descending).toBe(false);
		expect(sortedBy(byTrip, 'user').descending).toBe(false);
		expect([
			ariaSort(byTrip, 'roundTrip'),
			ariaSort(sortedBy(byTrip, 'roundTrip'), 'roundTrip'),
			ariaSort(byTrip, 'user'),
		]).toEqual(['descending', 'ascending', 'none']);
	});
	it('asked for in an address, and only what there is to ask', () => {
		expect(queryText(FIRST_QUERY)).toBe('sort=age&descending=true&limit=50');
		expect(queryText({ ...FIRST_QUERY, search: ' a&b ' })).toBe('sort=age&descending=true&limit=50&search=a%26b');
	});
});
