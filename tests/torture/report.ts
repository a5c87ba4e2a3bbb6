/** What a run has to say, for a terminal or a failed test. */
import { check, describeViolations, type Violation } from '../support/checker.ts';
import type { HistoryEvent } from '../support/history.ts';
import { commandOf, type Settings } from './settings.ts';

type Counts = Record<string, number>;

export interface Report {
	settings: Settings;
	violations: Violation[];
	/** Events of the history by type. */
	counts: Counts;
	faults: Counts;
	/** What the server could recover, and messages that it had already when they were sent again. */
	recoveries: Counts;
	seconds: number;
	/** Where everybody stood who did not come to rest in time. */
	restless: string[];
	/** What the server printed. */
	log: string;
}

export function judge(
	settings: Settings,
	events: readonly HistoryEvent[],
	about: Pick<Report, 'seconds' | 'restless' | 'log'>,
): Report {
	return {
		settings,
		violations: check(events),
		counts: countBy(events, ({ type }) => type),
		faults: countBy(events, faultOf),
		recoveries: countBy(events, recoveryOf),
		...about,
	};
}

export function describeReport({ settings, violations, counts, faults, recoveries, seconds, restless, log }: Report): string {
	const list = (of: Counts) =>
		Object.entries(of)
			.map(([name, count]) => `${count} ${name}`)
			.join(', ');
	const head = [`${seconds.toFixed(1)} s: ${list(counts)}`, `faults: ${list(faults)}`, `answers: ${list(recoveries)}`];
	if (violations.length === 0) return [...head, 'every promise held'].join('\n');
	return [
		...head,
		`${violations.length} violations:`,
		describeViolations(violations),
		...(restless.length > 0 ? ['not at rest in time:', ...restless.map((line) => `  ${line}`)] : []),
		...(log ? ['the server printed:', log] : []),
		`play it again: ${commandOf(settings)}`,
		`judge its history again: bun run torture -- --judge ${settings.history}`,
	].join('\n');
}

function faultOf(event: HistoryEvent): string | null {
	if (event.type === 'crash') return 'kill -9';
	return event.type === 'fault' && event.on !== false ? event.kind : null;
}

function recoveryOf(event: HistoryEvent): string | null {
	if (event.type === 'subscribed') return event.result;
	return event.type === 'ack' && event.duplicate ? 'duplicate' : null;
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string | null): Counts {
	const counts: Counts = {};
	for (const item of items) {
		const key = keyOf(item);
		if (key !== null) counts[key] = (counts[key] ?? 0) + 1;
	}
	return counts;
}
