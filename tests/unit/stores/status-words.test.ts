/** What the status page says: how it is, how current that is, and figures as people read them. */
import { describe, expect, it } from 'bun:test';
import type { Alert, Health } from '../../../src/lib/protocol/status.ts';
import { joinHistory } from '../../../src/lib/stores/status/alerts.ts';
import { charts } from '../../../src/lib/stores/status/charts.ts';
import { bytes, createTimes, decimal, lasted, share, took } from '../../../src/lib/stores/status/format.ts';
import { freshness, freshnessText } from '../../../src/lib/stores/status/freshness.ts';
import { sentence } from '../../../src/lib/stores/status/sentences.ts';
import { causeWords, verdict, verdictLevel, wentWrong } from '../../../src/lib/stores/status/words.ts';
import { NOON, statusOf } from '../../support/status-fixture.ts';
import { alertsOf } from '../../support/status-tables.ts';

const times = createTimes('UTC');

describe('figures', () => {
	it('bytes in powers of a thousand', () => {
		expect([0, 512, 184_320, 168_300_000, null].map(bytes)).toEqual(['0', '512B', '184.3 kB', '168.3 MB', '–']);
	});
	it('a time that something took', () => {
		expect([0.83, 9.94, 45.2, 1_240, null].map(took)).toEqual(['0.8 ms', '9.9 ms', '45 ms', '1.2s', '–']);
	});
	it('how long something lasts, in its two largest parts', () => {
		expect([0, 4_200, 45_000, 60_000, 125_000, 7_200_000, 273_600_000].map(lasted)).toEqual([
			'0s',
			'4.2s',
			'45s',
			'1m',
			'2m 5s',
			'2h',
			'3d 4h',
		]);
	});
	it('a share that is nearly all is not written as all', () => {
		expect([0, 0.1234, 0.9961, 0.999_999, 1, null].map(share)).toEqual(['0%', '12.3%', '99.61%', '99.99%', '100%', '–']);
	});
	it('digits only where they say something', () => {
		expect([0.256, 4.25, 331.7, 12_345].map(decimal)).toEqual(['0.26', '4.3', '332', '12,345']);
	});
});

describe('how current it is', () => {
	const heard = { now: 10_000, wall: NOON, looked: 0, rendered: false };
	it('heard lately -> live; silent for more than 3 s -> stale since it was last heard', () => {
		expect(freshness(heard, 12_400, null)).toEqual({ name: 'live', agoMs: 2_400 });
		expect(freshness(heard, 13_001, null)).toEqual({ name: 'stale', since: NOON, agoMs: 3_001 });
	});
	it('looked at again after a while -> as of then, never "live", until something comes or the server is silent', () => {
		const back = { ...heard, looked: 60_000 };
		expect(freshness(back, 62_000, null)).toEqual({ name: 'missed', at: NOON });
		expect(freshness(back, 63_001, null)).toEqual({ name: 'stale', since: NOON, agoMs: 53_001 });
		expect(freshness({ ...back, now: 62_500 }, 62_900, null).name).toBe('live');
	});
	it('rendered, and not yet heard -> the time of the figures, never "live"; then stale, too', () => {
		expect(freshness({ ...heard, rendered: true }, 10_500, null)).toEqual({ name: 'rendered', at: NOON });
		expect(freshness({ ...heard, rendered: true }, 14_000, null).name).toBe('stale');
	});
	it('paused stays paused, however long', () => {
		expect(freshness(heard, 99_000, NOON + 5)).toEqual({ name: 'paused', since: NOON + 5 });
	});
	it('in words', () => {
		expect(freshnessText({ name: 'live', agoMs: 1_900 }, times)).toBe('Updated 1s ago');
		expect(freshnessText({ name: 'live', agoMs: 400 }, times)).toBe('Updated just now');
		expect(freshnessText({ name: 'stale', since: NOON + 190_000, agoMs: 4_000 }, times)).toBe('Stale since 12:03:10');
		expect(freshnessText({ name: 'stale', since: NOON, agoMs: 32_700_000 }, times)).toBe('Stale since 12:00:00, for 9h 5m');
		expect(freshnessText({ name: 'paused', since: NOON }, times)).toBe('Paused at 12:00:00');
	});
});

describe('how it is', () => {
	const [warn, error] = alertsOf('trouble', NOON).active;
	const health = (status: Health['status'], ...reasons: string[]): Health => ({ ...statusOf('idle').health, status, reasons });
	const cases: [text: string, level: string, Health, (Alert | undefined)[]][] = [
		['Everything works', 'ok', health('ok'), []],
		['It works, with 1 alert', 'warn', health('degraded'), [warn]],
		['In trouble: 2 alerts', 'error', health('degraded'), [warn, error]],
		['Down: the log takes no writes', 'error', health('down', 'the log takes no writes'), [error]],
		['It works, but a check is late', 'warn', health('degraded', 'a check is late'), []],
	];
	it.each(cases)('%s', (text, level, state, alerts) => {
		const active = alerts.filter((alert) => alert !== undefined);
		expect([verdict(state, active), verdictLevel(state, active)]).toEqual([text, level]);
	});

	const [model] = alertsOf('busy', NOON).history;
	if (!model) throw new Error('the fixture has no alert that is over');
	it('each alert that is over is listed once, the newest first', () => {
		const at = (rule: string, minutes: number): Alert => ({
			...model,
			rule,
			raisedAt: minutes,
			clearedAt: minutes,
		});
		const joined = joinHistory([at('memory', 9), at('loop', 7)], [at('loop', 7), at('memory', 2)]);
		expect(joined.map(({ rule, raisedAt }) => `${rule} ${raisedAt}`)).toEqual(['memory 9', 'loop 7', 'memory 2']);
	});

	it('a cause nobody knew when this was written is shown by its name', () => {
		expect(causeWords('network').title).toContain('1006');
		expect(causeWords('a-new-one').title).toBe('a-new-one');
	});
	it('somebody who left is no incident; whoever broke, was turned away or refused is', () => {
		const closed = ['client', 'drain', 'network', 'a-new-one'].map((cause) => wentWrong({ kind: 'close', cause }));
		expect(closed).toEqual([false, false, true, true]);
		expect((['refusal', 'error', 'failure'] as const).map((kind) => wentWrong({ kind, cause: 'invalid-data' }))).toEqual([
			true,
			true,
			true,
		]);
	});
});

describe('a chart in a sentence', () => {
	const [connections] = charts;
	it('now, lowest, highest, average of each line', () => {
		const { series } = statusOf('idle');
		const values = { ...series.values, connections: [2, 4, 3], fallback: [0, null, null] };
		expect(connections && sentence(connections, { ...series, values })).toBe(
			'In the last 5 minutes. All: now 3, lowest 2, highest 4, average 3. Over HTTP: not known now, lowest 0, highest 0, average 0.',
		);
	});
	it('nothing measured -> says so', () => {
		const { series } = statusOf('idle', '24h');
		const values = { ...series.values, connections: [null], fallback: [null] };
		expect(connections && sentence(connections, { ...series, values })).toBe('Nothing was measured in the last 24 hours.');
	});
});
