/** Alerts in the hand of a test: one rule or several, a figure a second, and what the sinks heard. */
import { type AlertSink, Alerts } from '../../../../src/lib/server/alerts/alerts.ts';
import type { Readings, Rule } from '../../../../src/lib/server/alerts/rules.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

export const silence: Readings = {
	connectionShare: null,
	errorShare: null,
	memoryShare: null,
	responseMs: null,
	loopDelayMs: null,
	recoveryShare: null,
	fallbackShare: null,
	closeBurst: null,
	logFailing: null,
	commitMs: null,
	closeAgePeak: null,
	closeAgePeakMs: null,
};

/** Wrong from 80 % for 3 s on, well again at 70 % for 5 s. */
export const memory: Rule = {
	name: 'memory',
	metric: 'memoryShare',
	comparison: 'above',
	threshold: 0.8,
	forMs: 3_000,
	clear: 0.7,
	clearForMs: 5_000,
	level: 'warn',
	message: (value) => `The process holds ${value} of the memory.`,
	advice: 'Give it more.',
};

export function watch(rules: Rule[] = [memory], further: AlertSink[] = []) {
	const clock = new FakeClock();
	const heard: string[] = [];
	const failures: string[] = [];
	const sink: AlertSink = {
		raised: ({ rule }) => heard.push(`raised ${rule}`),
		cleared: ({ rule }) => heard.push(`cleared ${rule}`),
	};
	const alerts = new Alerts({ rules, clock, sinks: [...further, sink], report: (_, error) => failures.push(String(error)) });
	return {
		alerts,
		clock,
		heard,
		failures,
		/** One reading a second, evaluated as soon as it is there. */
		async memory(...values: (number | null)[]) {
			for (const memoryShare of values) await this.next({ memoryShare });
		},
		async next(readings: Partial<Readings>) {
			alerts.evaluate({ ...silence, ...readings });
			await clock.advance(1_000);
		},
	};
}
