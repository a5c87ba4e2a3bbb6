/** A diagnosis in the language of the page. The client says it in English by itself, for logs and reports: see `client/words.ts`. */
import type { Case, Finding, Findings } from '../client/findings.ts';
import type { Verdict } from '../client/verdicts.ts';
import { beatBelow } from '../client/words.ts';
import { m } from '../paraglide/messages.js';
import type { Ending } from '../protocol/codes.ts';
import { adviceWords } from './advice.ts';
import { dropWords } from './drop-words.ts';
import { errorWords } from './error-words.ts';

export interface DiagnosisWords {
	summary: string;
	evidence: string[];
	/** For the person in front of the page. */
	advice: string;
	/** For whoever runs the server, or null. */
	operator: string | null;
}

type Say = () => string;
interface CaseWords {
	summary: (numbers: { seconds: number }) => string;
	operator?: (numbers: { seconds: number; beat: number }) => string;
}

const cases: Readonly<Record<Case, CaseWords>> = {
	healthy: { summary: m.connection_case_healthy },
	offline: { summary: m.connection_case_offline },
	unreachable: { summary: m.connection_case_unreachable, operator: m.connection_operator_unreachable },
	restarted: { summary: m.connection_case_restarted, operator: m.connection_operator_restarted },
	'upgrade-stripped': { summary: m.connection_case_upgrade_stripped, operator: m.connection_operator_upgrade_stripped },
	'idle-timeout': { summary: m.connection_case_idle_timeout },
	'half-open': { summary: m.connection_case_half_open, operator: m.connection_operator_half_open },
	unauthenticated: { summary: m.connection_case_unauthenticated, operator: m.connection_operator_unauthenticated },
	forbidden: { summary: m.connection_case_forbidden, operator: m.connection_operator_forbidden },
	'rate-limited': { summary: m.connection_case_rate_limited, operator: m.connection_operator_rate_limited },
	overloaded: { summary: m.connection_case_overloaded, operator: m.connection_operator_overloaded },
	replaced: { summary: m.connection_case_replaced },
	'slow-consumer': { summary: m.connection_case_slow_consumer, operator: m.connection_operator_slow_consumer },
	'too-big': { summary: m.connection_case_too_big, operator: m.connection_operator_too_big },
	version: { summary: m.connection_case_version, operator: m.connection_operator_version },
	cut: { summary: m.connection_case_cut, operator: m.connection_operator_cut },
	'server-error': { summary: m.connection_case_server_error, operator: m.connection_operator_server_error },
	'no-trouble': { summary: m.connection_case_no_trouble },
	misunderstood: { summary: m.connection_case_misunderstood, operator: m.connection_operator_misunderstood },
	'ended-for-good': { summary: m.connection_case_ended_for_good },
	'limited-age': { summary: m.connection_case_limited_age, operator: m.connection_operator_limited_age },
	'limited-silence': { summary: m.connection_case_limited_silence, operator: m.connection_operator_limited_silence },
};

export function diagnosisWords(findings: Findings): DiagnosisWords {
	const words = cases[findings.case];
	const seconds = findings.seconds ?? 0;
	return {
		summary: words.summary({ seconds }),
		evidence: findings.found.map(fact),
		advice: adviceWords(findings),
		operator: words.operator ? m.connection_operator({ advice: words.operator({ seconds, beat: beatBelow(seconds) }) }) : null,
	};
}

/** The verdict alone, in a sentence. */
export const verdictWords = (verdict: Verdict): string => cases[verdict].summary({ seconds: 0 });

const transports: Record<string, Say> = {
	'event-stream': m.connection_an_event_stream,
	'long-polling': m.connection_long_polling,
};
/** A transport as people call it. */
export const nameOf = (transport: string): string =>
	transport === 'websocket' ? 'WebSocket' : (transports[transport]?.() ?? transport);

/** A time in milliseconds as people say it. */
export const span = (ms: number): string =>
	ms < 1_000
		? m.connection_span_ms({ value: Math.round(ms) })
		: m.connection_span_s({ value: (ms / 1_000).toFixed(ms < 10_000 ? 1 : 0) });

export const endingWords: Readonly<Record<Ending, Say>> = {
	client: m.connection_ending_client,
	'heartbeat-timeout': m.connection_ending_heartbeat_timeout,
	network: m.connection_ending_network,
	'slow-consumer': m.connection_ending_slow_consumer,
	drain: m.connection_ending_drain,
	restart: m.connection_ending_restart,
	replaced: m.connection_ending_replaced,
	'rate-limit': m.connection_ending_rate_limit,
	protocol: m.connection_ending_protocol,
	'server-error': m.connection_ending_server_error,
	unknown: m.connection_ending_unknown,
};

function fact(found: Finding): string {
	switch (found.what) {
		case 'connected':
			return m.connection_fact_connected({ transport: nameOf(found.transport), time: span(found.ms) });
		case 'no-network':
			return m.connection_fact_no_network();
		case 'ended': {
			const { code, transport } = found;
			const reason = dropWords(found);
			const times = { ago: span(found.agoMs), age: span(found.ageMs), silent: span(found.silentMs) };
			return m.connection_fact_ended({ ...times, transport: nameOf(transport), code, reason });
		}
		case 'failed':
			return m.connection_fact_failed({ count: found.attempts, code: found.code, reason: dropWords(found) });
		case 'seen':
			return m.connection_fact_seen({ ending: endingWords[found.endedBy](), code: found.code });
		case 'other-process':
			return m.connection_fact_other_process();
		case 'alike': {
			const say = found.of === 'age' ? m.connection_fact_alike_age : m.connection_fact_alike_silence;
			return say({ count: found.cuts, from: span(found.fromMs), to: span(found.toMs) });
		}
		case 'ping':
			return found.ms === null ? m.connection_fact_ping_unanswered() : m.connection_fact_ping({ time: span(found.ms) });
		case 'no-ticket':
			return m.connection_fact_no_ticket({ time: span(found.ms), failure: found.failure });
		case 'ticket':
			return ticket(found);
		case 'socket': {
			const time = span(found.ms);
			if (found.opened) return m.connection_fact_socket({ time });
			return found.code === null
				? m.connection_fact_no_socket({ time })
				: m.connection_fact_socket_refused({ time, code: found.code });
		}
	}
}

function ticket({ status, ms, code, message: said, pauseMs, genuine }: Extract<Finding, { what: 'ticket' }>): string {
	const time = span(ms);
	if (!genuine) return m.connection_fact_ticket_foreign({ status, time });
	if (!code) return m.connection_fact_ticket({ status, time });
	const message = errorWords({ code, message: said });
	return pauseMs > 0
		? m.connection_fact_ticket_patience({ status, time, code, message, pause: span(pauseMs) })
		: m.connection_fact_ticket_refused({ status, time, code, message });
}
