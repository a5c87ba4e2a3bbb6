/** What happened to the connection, in words: the newest diagnosis, and the timeline line by line. */
import type { Client, Diagnosis, TimelineEntry } from '../client/index.ts';
import { nameOf, span } from '../client/words.ts';

/** The newest diagnosis, or null when there is nothing to explain: attempts that failed are over once one succeeds, drops are not. */
export function lastDiagnosis(client: Client): Diagnosis | null {
	const isUp = client.state.name === 'connected';
	const known = client
		.getErrorHistory()
		.flatMap(({ diagnosis, connectedMs }) => (diagnosis && (!isUp || connectedMs > 0) ? [diagnosis] : []));
	return known.reduce<Diagnosis | null>((newest, each) => (newest && newest.at > each.at ? newest : each), null);
}

export interface TimelineRow {
	/** Wall time, milliseconds since 1970. */
	at: number;
	text: string;
}

/** The last `count` things that happened, newest first. */
export const timelineOf = (client: Client, count: number): TimelineRow[] =>
	client
		.getTimeline()
		.slice(-count)
		.reverse()
		.map((entry) => ({ at: entry.at, text: words(entry) }));

function words(entry: TimelineEntry): string {
	switch (entry.type) {
		case 'state':
			return `${entry.from} → ${entry.to}`;
		case 'attempt':
			return entry.attempt === 0 ? 'First attempt' : `Attempt ${entry.attempt}`;
		case 'transport':
			return `${nameOf(entry.transport)} ${entry.event}${entry.probe ? ' (probe)' : ''}${entry.code ? `, code ${entry.code}` : ''}`;
		case 'welcome':
			return `Welcome over ${nameOf(entry.transport)}${entry.resumed ? ', resumed' : ''}${entry.previous ? `; the one before: ended by ${entry.previous}` : ''}`;
		case 'close':
			return `Closed with ${entry.code}${entry.ageMs === null ? ', never connected' : ` after ${span(entry.ageMs)}`}: ${entry.reason}`;
		case 'probe':
			return entry.ms === null ? 'Ping unanswered' : `Ping answered in ${span(entry.ms)}`;
		case 'network':
			return `Browser: ${entry.event}`;
		case 'check':
			return `Check of ${entry.check === 'ticket' ? 'the ticket' : 'WebSocket'}: ${entry.result} in ${span(entry.ms)}`;
		case 'verdict':
			return `Verdict: ${entry.verdict}`;
	}
}
