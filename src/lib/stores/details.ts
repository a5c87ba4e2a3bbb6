/** The facts behind the badge, in words. */
import type { Client, Quality } from '../client/types.ts';
import { m } from '../paraglide/messages.js';
import { dropWords } from './drop-words.ts';

export interface Detail {
	label: string;
	value: string;
}

const transports = {
	websocket: () => 'WebSocket',
	'event-stream': m.connection_over_event_stream,
	'long-polling': m.connection_over_long_polling,
};
const qualities: Record<Quality, () => string> = {
	excellent: m.connection_quality_excellent,
	good: m.connection_quality_good,
	fair: m.connection_quality_fair,
	poor: m.connection_quality_poor,
	unknown: m.connection_quality_unknown,
};

/** `wall` is milliseconds since 1970. */
export function detailsOf(client: Client, wall: number): Detail[] {
	const { state } = client;
	const { lastHeartbeat, reconnectAttempts, quality, storage } = client.getConnectionState();
	const { roundTrip, reconnects, recovery, score } = client.getStats();
	const details: Detail[] = [];
	if (state.name === 'connected') {
		const { connection, resumed, server } = state.welcome;
		details.push({ label: m.connection_transport(), value: transports[state.transport]() });
		details.push({ label: m.connection_id(), value: connection });
		details.push({ label: m.connection_resumed(), value: resumed ? m.connection_yes() : m.connection_no() });
		details.push({ label: m.connection_server(), value: m.connection_server_version(server) });
	}
	if ('cause' in state && state.cause) {
		const reason = m.connection_reason_code({ reason: dropWords(state.cause), code: state.cause.code });
		details.push({ label: m.connection_reason(), value: reason });
	}
	if (roundTrip.p50 !== null && roundTrip.p95 !== null)
		details.push({
			label: m.connection_round_trip(),
			value: m.connection_round_trip_values({ p50: time(roundTrip.p50), p95: time(roundTrip.p95) }),
		});
	if (score !== null)
		details.push({ label: m.connection_quality(), value: m.connection_quality_score({ quality: qualities[quality](), score }) });
	if (lastHeartbeat !== null)
		details.push({
			label: m.connection_last_heard(),
			value: m.connection_seconds_ago({ seconds: Math.max(0, Math.round((wall - lastHeartbeat) / 1_000)) }),
		});
	details.push({
		label: m.connection_unsent(),
		value: storage === 'durable' ? m.connection_unsent_kept() : m.connection_unsent_in_page(),
	});
	details.push({ label: m.connection_attempts(), value: String(reconnectAttempts) });
	details.push({
		label: m.connection_reconnects(),
		value:
			recovery.last === null
				? String(reconnects)
				: m.connection_reconnects_last({ count: reconnects, time: time(recovery.last) }),
	});
	return details;
}

const time = (ms: number) => {
	if (ms >= 1_000) return m.connection_span_s({ value: (ms / 1_000).toFixed(1) });
	return m.connection_span_ms({ value: ms < 10 ? ms.toFixed(1) : Math.round(ms) });
};
