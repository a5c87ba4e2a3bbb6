/** What happened to the connection, in words: the newest diagnosis, and the timeline line by line. */
import type { Client, Diagnosis, TimelineEntry } from '../client/index.ts';
import type { ConnectionState } from '../client/types.ts';
import { m } from '../paraglide/messages.js';
import { endingWords, nameOf, span, verdictWords } from './diagnosis.ts';

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

const states: Record<ConnectionState['name'], () => string> = {
	idle: m.connection_state_idle,
	connecting: m.connection_state_connecting,
	connected: m.connection_state_connected,
	disconnected: m.connection_state_disconnected,
	suspended: m.connection_state_suspended,
	closed: m.connection_state_closed,
};
const events = { tried: m.connection_event_tried, failed: m.connection_event_failed, carries: m.connection_event_carries };
const checks = { ticket: m.connection_check_ticket, socket: m.connection_check_socket };

function words(entry: TimelineEntry): string {
	switch (entry.type) {
		case 'state':
			return `${states[entry.from]()} → ${states[entry.to]()}`;
		case 'attempt':
			return entry.attempt === 0 ? m.connection_first_attempt() : m.connection_attempt({ attempt: entry.attempt });
		case 'transport':
			return transportWords(entry);
		case 'welcome': {
			const say = entry.resumed ? m.connection_welcome_resumed : m.connection_welcome;
			const welcome = say({ transport: nameOf(entry.transport) });
			return entry.previous ? m.connection_welcome_previous({ welcome, ending: endingWords[entry.previous]() }) : welcome;
		}
		case 'close': {
			const { code, reason, ageMs } = entry;
			if (ageMs === null) return m.connection_closed_unconnected({ code, reason });
			return m.connection_closed_after({ code, reason, time: span(ageMs) });
		}
		case 'probe':
			return entry.ms === null ? m.connection_ping_unanswered() : m.connection_ping_answered({ time: span(entry.ms) });
		case 'network':
			return m.connection_browser_event({ event: entry.event });
		case 'check':
			return checks[entry.check]({ result: entry.result, time: span(entry.ms) });
		case 'verdict':
			return m.connection_verdict({ verdict: verdictWords(entry.verdict) });
	}
}

function transportWords({ transport: name, event: what, probe, code }: Extract<TimelineEntry, { type: 'transport' }>): string {
	const [transport, event] = [nameOf(name), events[what]()];
	if (code === undefined) return (probe ? m.connection_event_probe : m.connection_event)({ transport, event });
	return (probe ? m.connection_event_probe_code : m.connection_event_code)({ transport, event, code });
}
