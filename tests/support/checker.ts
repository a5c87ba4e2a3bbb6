/** Judges a history of sends, acks, deliveries, faults and crashes: every promise that it breaks, with the evidence. */
import { checkAcks } from './checker/acks.ts';
import { checkCourses } from './checker/courses.ts';
import { checkDelivery } from './checker/delivery.ts';
import { Ledger } from './checker/ledger.ts';
import { checkLiveness } from './checker/liveness.ts';
import { checkOrder } from './checker/order.ts';
import { checkRights } from './checker/rights.ts';
import { Findings, invariants, type Violation } from './checker/violation.ts';
import { checkVotes } from './checker/votes.ts';
import type { HistoryEvent } from './history.ts';

export { type Invariant, invariants, type Violation } from './checker/violation.ts';

/** The broken promises of a history, at most 100 of each; an empty list for a good one. Linear in the number of events. */
export function check(events: readonly HistoryEvent[]): Violation[] {
	const ledger = new Ledger(events);
	const findings = new Findings();
	const spans = checkCourses(ledger, findings);
	checkDelivery(ledger, spans, findings);
	checkOrder(ledger, findings);
	checkAcks(ledger, findings);
	checkRights(ledger, findings);
	checkVotes(events, findings);
	checkLiveness(ledger, findings);
	return findings.all();
}

/** Violations for a person: each invariant once, with its first `shown` cases and their events. */
export function describeViolations(violations: readonly Violation[], shown = 3): string {
	const groups = Map.groupBy(violations, ({ invariant }) => invariant);
	return [...groups]
		.map(([invariant, cases]) => {
			const lines = cases.slice(0, shown).map(({ message, evidence }) => {
				const events = evidence.map((event) => `      ${JSON.stringify(event)}`);
				return [`    ${message}`, ...events].join('\n');
			});
			const more = cases.length > shown ? [`    … and ${cases.length - shown} more`] : [];
			return [`  ${invariant} ${invariants[invariant]}`, ...lines, ...more].join('\n');
		})
		.join('\n');
}
