/** Causes, levels, transports and results in words, and what to do about each: operators read sentences, not codes. */
import { m } from '../../paraglide/messages.js';
import type { Alert, AlertLevel, ConnectionRow, Health, IncidentReport } from '../../protocol/status.ts';

export interface CauseWords {
	title: string;
	/** What it means, and what to do. */
	advice: string;
	/** The connection broke: nobody meant it to end. */
	broken: boolean;
}

const causes: Record<string, { title: () => string; advice: () => string; broken: boolean }> = {
	client: { title: m.status_cause_client, advice: m.status_cause_client_advice, broken: false },
	network: { title: m.status_cause_network, advice: m.status_cause_network_advice, broken: true },
	'heartbeat-timeout': { title: m.status_cause_heartbeat_timeout, advice: m.status_cause_heartbeat_timeout_advice, broken: true },
	'slow-consumer': { title: m.status_cause_slow_consumer, advice: m.status_cause_slow_consumer_advice, broken: true },
	drain: { title: m.status_cause_drain, advice: m.status_cause_drain_advice, broken: false },
	restart: { title: m.status_cause_restart, advice: m.status_cause_restart_advice, broken: false },
	replaced: { title: m.status_cause_replaced, advice: m.status_cause_replaced_advice, broken: false },
	'rate-limit': { title: m.status_cause_rate_limit, advice: m.status_cause_rate_limit_advice, broken: true },
	protocol: { title: m.status_cause_protocol, advice: m.status_cause_protocol_advice, broken: true },
	'server-error': { title: m.status_cause_server_error, advice: m.status_cause_server_error_advice, broken: true },
	overload: { title: m.status_cause_overload, advice: m.status_cause_overload_advice, broken: true },
	unauthenticated: { title: m.status_cause_unauthenticated, advice: m.status_cause_unauthenticated_advice, broken: true },
	forbidden: { title: m.status_cause_forbidden, advice: m.status_cause_forbidden_advice, broken: true },
	version: { title: m.status_cause_version, advice: m.status_cause_version_advice, broken: true },
	'too-large': { title: m.status_cause_too_large, advice: m.status_cause_too_large_advice, broken: true },
	'invalid-data': { title: m.status_cause_invalid_data, advice: m.status_cause_invalid_data_advice, broken: false },
	'out-of-order': { title: m.status_cause_out_of_order, advice: m.status_cause_out_of_order_advice, broken: false },
	storage: { title: m.status_cause_storage, advice: m.status_cause_storage_advice, broken: false },
	unknown: { title: m.status_cause_unknown, advice: m.status_cause_unknown_advice, broken: true },
};

/** A cause that is not in the list is shown by its name. */
export function causeWords(cause: string): CauseWords {
	const known = causes[cause];
	return known
		? { title: known.title(), advice: known.advice(), broken: known.broken }
		: { title: cause, advice: '', broken: true };
}

type Say = () => string;
const classes: Record<string, Say> = {
	closed: m.status_class_closed,
	restart: m.status_class_restart,
	protocol: m.status_class_protocol,
	connection: m.status_class_connection,
	auth: m.status_class_auth,
	payload: m.status_class_payload,
	server: m.status_class_server,
	overload: m.status_class_overload,
	forbidden: m.status_class_forbidden,
	replaced: m.status_class_replaced,
	version: m.status_class_version,
	'rate-limit': m.status_class_rate_limit,
};
export const className = (name: string): string => classes[name]?.() ?? name;

export const levelWords: Record<AlertLevel, Say> = {
	info: m.status_level_info,
	warn: m.status_level_warn,
	error: m.status_level_error,
};

const transports: Record<string, Say> = {
	websocket: () => 'WebSocket',
	'event-stream': m.status_transport_event_stream,
	'long-polling': m.status_transport_long_polling,
	http: m.status_transport_http,
	server: m.status_transport_server,
};
export const transportName = (transport: string): string => transports[transport]?.() ?? transport;

export const kindWords: Record<IncidentReport['kind'], Say> = {
	close: m.status_kind_close,
	refusal: m.status_kind_refusal,
	error: m.status_kind_error,
	failure: m.status_kind_failure,
};

/** Whether it is one of those that somebody looks for: a connection may also have ended as it should. */
export const wentWrong = ({ kind, cause }: Pick<IncidentReport, 'kind' | 'cause'>) =>
	kind !== 'close' || causeWords(cause).broken;

/** What the client does about it. */
export const reactionWords: Record<IncidentReport['advice'], Say> = {
	none: m.status_reaction_none,
	wait: m.status_reaction_wait,
	renew: m.status_reaction_renew,
	stop: m.status_reaction_stop,
};

export const qualityWords: Record<ConnectionRow['quality'], Say> = {
	excellent: m.status_quality_excellent,
	good: m.status_quality_good,
	fair: m.status_quality_fair,
	poor: m.status_quality_poor,
	unknown: m.status_quality_unknown,
};

/** How it is, as bad as the worst of what is wrong. */
export function verdictLevel({ status }: Health, active: Alert[]): AlertLevel | 'ok' {
	if (status === 'down' || active.some(({ level }) => level === 'error')) return 'error';
	if (status === 'degraded' || active.some(({ level }) => level === 'warn')) return 'warn';
	return active.length > 0 ? 'info' : 'ok';
}

/** The one line above all. */
export function verdict(health: Health, active: Alert[]): string {
	const reasons = health.reasons.map((reason) => troubles[reason]?.() ?? reason).join(m.status_list_separator());
	if (health.status === 'down') return m.status_down({ reasons: reasons || m.status_no_reason() });
	const level = verdictLevel(health, active);
	if (level === 'error') return m.status_in_trouble({ count: active.length });
	if (active.length > 0) return m.status_works_with_alerts({ count: active.length });
	return level === 'ok' ? m.status_works() : m.status_works_but({ reasons });
}

/** What the server gives as reasons, as it says them. */
const troubles: Record<string, Say> = {
	'the log takes no writes': m.status_reason_log,
	'the event loop stood still': m.status_reason_loop,
	'the server is stopping': m.status_reason_stopping,
};
