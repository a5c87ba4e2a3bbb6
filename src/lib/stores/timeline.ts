/** What happened to the connection, line by line in the language of the page. */
import type { TimelineEntry } from '../client/index.ts';
import type { ConnectionState } from '../client/types.ts';
import { m } from '../paraglide/messages.js';
import { endingWords, nameOf, span, verdictWords } from './diagnosis.ts';
import { dropWords } from './drop-words.ts';

export interface TimelineRow {
	/** Wall time, milliseconds since 1970. */
	at: number;
	text: string;
}

/** The entries of a timeline, the newest first. */
export const timelineRows = (entries: readonly TimelineEntry[]): TimelineRow[] =>
	entries.map((entry) => ({ at: entry.at, text: words(entry) })).reverse();

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
			const { code, ageMs } = entry;
			const reason = dropWords(entry);
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
