/** The facts behind the badge, in words. */
import type { Client } from '../client/types.ts';

export interface Detail {
	label: string;
	value: string;
}

const transports = { websocket: 'WebSocket', 'event-stream': 'HTTP, event stream', 'long-polling': 'HTTP, long-polling' };

/** `wall` is milliseconds since 1970. */
export function detailsOf(client: Client, wall: number): Detail[] {
	const { state } = client;
	const { lastHeartbeat, reconnectAttempts, quality, storage } = client.getConnectionState();
	const { roundTrip, reconnects, recovery, score } = client.getStats();
	const details: Detail[] = [];
	if (state.name === 'connected') {
		const { connection, resumed, server } = state.welcome;
		details.push({ label: 'Transport', value: transports[state.transport] });
		details.push({ label: 'Connection', value: connection });
		details.push({ label: 'Resumed', value: resumed ? 'yes' : 'no' });
		details.push({ label: 'Server', value: `${server.node}, version ${server.version}` });
	}
	if ('cause' in state && state.cause) details.push({ label: 'Reason', value: `${state.cause.reason} (${state.cause.code})` });
	if (roundTrip.p50 !== null && roundTrip.p95 !== null)
		details.push({ label: 'Round trip', value: `${time(roundTrip.p50)}, 95 % within ${time(roundTrip.p95)}` });
	if (score !== null) details.push({ label: 'Quality', value: `${quality}, ${score} of 100` });
	if (lastHeartbeat !== null)
		details.push({ label: 'Last heard', value: `${Math.max(0, Math.round((wall - lastHeartbeat) / 1_000))} s ago` });
	details.push({ label: 'Unsent messages', value: storage === 'durable' ? 'kept in this browser' : 'kept in this page alone' });
	details.push({ label: 'Attempts', value: String(reconnectAttempts) });
	details.push({
		label: 'Reconnects',
		value: recovery.last === null ? String(reconnects) : `${reconnects}, last in ${time(recovery.last)}`,
	});
	return details;
}

const time = (ms: number) => {
	if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
	return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
};
