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
	/** Deliveries and acks by what carried them, and how often somebody's traffic moved to another transport. */
	carried: Counts;
	moves: Counts;
	/** Why the run proves less than it should. */
	hollow: string[];
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
	const carried = countBy(events, carriedOf);
	const moves = countBy(movesIn(events), (move) => move);
	return {
		settings,
		violations: check(events),
		counts: countBy(events, ({ type }) => type),
		faults: countBy(events, faultOf),
		recoveries: countBy(events, recoveryOf),
		carried,
		moves,
		hollow: hollowness(settings, carried, moves),
		...about,
	};
}

export function describeReport(report: Report): string {
	const { settings, violations, counts, faults, recoveries, carried, moves, hollow, seconds, restless, log } = report;
	const list = (of: Counts) =>
		Object.entries(of)
			.map(([name, count]) => `${count} ${name}`)
			.join(', ');
	const head = [
		`${seconds.toFixed(1)} s: ${list(counts)}`,
		`faults: ${list(faults)}`,
		`answers: ${list(recoveries)}`,
		`carried: ${list(carried)}`,
		`moves: ${list(moves) || 'none'}`,
		...hollow.map((why) => `PROVES NOTHING: ${why}`),
	];
	if (violations.length + restless.length === 0) return [...head, 'every promise held'].join('\n');
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

function carriedOf(event: HistoryEvent): string | null {
	if ((event.type !== 'ack' && event.type !== 'deliver') || !event.transport) return null;
	return `${event.type === 'ack' ? 'acks' : 'deliveries'} over ${event.transport}`;
}

/** From what to what, each time that somebody's traffic came over another transport than before. */
function movesIn(events: readonly HistoryEvent[]): string[] {
	const last = new Map<string, string>();
	return events.flatMap((event) => {
		if (event.type !== 'carries') return [];
		const before = last.get(event.client);
		last.set(event.client, event.transport);
		return before && before !== event.transport ? [`${before} -> ${event.transport}`] : [];
	});
}

function hollowness({ transports }: Settings, carried: Counts, moves: Counts): string[] {
	const isMoving = transports === 'switching' || transports === 'all';
	const wanted = isMoving ? (['websocket', 'event-stream', 'long-polling'] as const) : [transports];
	const unused = wanted.filter((name) => !carried[`deliveries over ${name}`]).map((name) => `nothing came over ${name}`);
	return [...unused, ...(isMoving && Object.keys(moves).length === 0 ? ['nobody moved to another transport'] : [])];
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string | null): Counts {
	const counts: Counts = {};
	for (const item of items) {
		const key = keyOf(item);
		if (key !== null) counts[key] = (counts[key] ?? 0) + 1;
	}
	return counts;
}
