/** Alerts: raised once, kept with hysteresis, over when it is over, told to everybody. */
import { describe, expect, it } from 'bun:test';
import * as v from 'valibot';
import { alerts as alertsShape } from '../../../../src/lib/protocol/status.ts';
import { memory, watch } from './harness.ts';

const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

describe('raising', () => {
	it('wrong for as long as the rule says -> raised, once, with its figure', async () => {
		const { alerts, clock, heard, ...on } = watch();
		await on.memory(0.9, 0.9, 0.9);
		expect(heard).toEqual([]);
		const raisedAt = clock.wall();
		await on.memory(0.85, 0.9, 0.9, 0.9);
		expect(heard).toEqual(['raised memory']);
		expect(alerts.report.active).toEqual([
			{
				rule: 'memory',
				level: 'warn',
				message: 'The process holds 0.85 of the memory.',
				advice: 'Give it more.',
				metric: 'memoryShare',
				value: 0.85,
				worst: 0.9,
				threshold: 0.8,
				raisedAt,
				clearedAt: null,
			},
		]);
		expect(v.safeParse(alertsShape, alerts.report).success).toBe(true);
	});

	it('a moment of calm -> counted anew', async () => {
		const { heard, ...on } = watch();
		await on.memory(0.9, 0.9, 0.9, 0.79, 0.9, 0.9, 0.9);
		expect(heard).toEqual([]);
		await on.memory(0.8);
		expect(heard).toEqual(['raised memory']);
	});

	it('too little to say anything -> as good as calm', async () => {
		const { heard, ...on } = watch();
		await on.memory(0.9, 0.9, 0.9, null, 0.9, 0.9, Number.NaN, 0.9, 0.9, 0.9);
		expect(heard).toEqual([]);
	});

	it('a rule without patience -> at the first reading', async () => {
		const { heard, ...on } = watch([{ ...memory, forMs: 0 }]);
		await on.memory(0.8);
		expect(heard).toEqual(['raised memory']);
	});

	it('below: wrong under the threshold, well from the clear mark on', async () => {
		const { alerts, heard, ...on } = watch([{ ...memory, comparison: 'below', threshold: 0.5, clear: 0.6 }]);
		await on.memory(...times(10, 0.5));
		expect(heard).toEqual([]);
		await on.memory(0.4, 0.3, 0.2, 0.4, 0.3);
		expect(alerts.report.active).toMatchObject([{ value: 0.4, worst: 0.3 }]);
		await on.memory(...times(10, 0.59));
		expect(heard).toEqual(['raised memory']);
		await on.memory(...times(6, 0.6));
		expect(heard).toEqual(['raised memory', 'cleared memory']);
	});
});

describe('clearing', () => {
	it('well for as long as the rule says -> over, and in the history', async () => {
		const { alerts, clock, heard, ...on } = watch();
		await on.memory(0.9, 0.9, 0.9, 0.9, ...times(5, 0.7));
		expect(heard).toEqual(['raised memory']);
		const clearedAt = clock.wall();
		await on.memory(0.5, 0.5, 0.5);
		expect(heard).toEqual(['raised memory', 'cleared memory']);
		expect(alerts.report).toMatchObject({ active: [], history: [{ rule: 'memory', worst: 0.9, clearedAt }] });
	});

	it('swaying around the threshold -> one alert', async () => {
		const { heard, ...on } = watch();
		await on.memory(...times(4, 0.9), ...times(100, [0.79, 0.81, 0.75]).flat());
		expect(heard).toEqual(['raised memory']);
	});

	it('neither well nor wrong in between -> the calm is counted anew', async () => {
		const { heard, ...on } = watch();
		await on.memory(...times(4, 0.9), ...times(20, [0.6, 0.6, 0.6, 0.6, 0.75]).flat());
		expect(heard).toEqual(['raised memory']);
	});

	it('the trouble ends in silence -> over all the same', async () => {
		const { heard, ...on } = watch();
		await on.memory(...times(4, 0.9), ...times(6, null));
		expect(heard).toEqual(['raised memory', 'cleared memory']);
	});

	it('and again -> a new alert, and the history keeps a hundred, the newest first', async () => {
		const { alerts, heard, ...on } = watch([{ ...memory, forMs: 0, clearForMs: 0 }]);
		for (let n = 1; n <= 130; n++) await on.memory(n, 0);
		expect(heard).toHaveLength(260);
		expect(alerts.report.history.map(({ value }) => value)).toEqual(Array.from({ length: 100 }, (_, n) => 130 - n));
	});
});

describe('several rules', () => {
	const full = { ...memory, name: 'full', threshold: 0.95, clear: 0.9, forMs: 2_000, level: 'error' as const };
	const rules = [{ ...memory, unless: ['full'] }, full];

	it('full at once -> the error alone; no longer full, still much -> the warning takes over', async () => {
		const { heard, ...on } = watch(rules);
		await on.memory(...times(20, 1));
		expect(heard).toEqual(['raised full']);
		await on.memory(...times(10, 0.85));
		expect(heard).toEqual(['raised full', 'cleared full', 'raised memory']);
	});

	it('more and more -> the warning stays beside the error, which is told first, and ends last', async () => {
		const { alerts, heard, ...on } = watch(rules);
		await on.memory(...times(5, 0.85), ...times(5, 0.97));
		expect(alerts.report.active.map(({ rule }) => rule)).toEqual(['full', 'memory']);
		await on.memory(...times(10, 0.85), ...times(10, 0.5));
		expect(heard).toEqual(['raised memory', 'raised full', 'cleared full', 'cleared memory']);
	});
});

describe('sinks', () => {
	it('one that throws -> reported, and the others hear of it', async () => {
		const fail = () => {
			throw new Error('no ink');
		};
		const { heard, failures, ...on } = watch([memory], [{ raised: fail, cleared: fail }]);
		await on.memory(...times(4, 0.9), ...times(6, 0));
		expect(heard).toEqual(['raised memory', 'cleared memory']);
		expect(failures).toEqual(['Error: no ink', 'Error: no ink']);
	});
});
