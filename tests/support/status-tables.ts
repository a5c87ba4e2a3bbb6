/** Alerts, incidents and connections of a made-up server. */
import type { Alert, Alerts, ConnectionRow, Connections, IncidentReport } from '../../src/lib/protocol/status.ts';
import type { Scene } from './status-series.ts';

export function alertsOf(scene: Scene, now: number): Alerts {
	const raised = (
		rest: Pick<Alert, 'rule' | 'level' | 'message' | 'advice' | 'metric' | 'value' | 'worst' | 'threshold'>,
		ago: number,
	) => ({
		...rest,
		raisedAt: now - ago,
		clearedAt: null,
	});
	if (scene === 'idle') return { active: [], history: [] };
	const over: Alert = {
		rule: 'memory',
		level: 'warn',
		message: 'Memory was at 84 % of what there is.',
		advice: 'Look at the heap in the chart.',
		metric: 'memoryShare',
		value: 0.81,
		worst: 0.84,
		threshold: 0.8,
		raisedAt: now - 7_500_000,
		clearedAt: now - 7_080_000,
	};
	if (scene === 'busy') return { active: [], history: [over] };
	return {
		active: [
			raised(
				{
					rule: 'close-age-peak',
					level: 'warn',
					message: '58 of 96 broken connections were 60 s old.',
					advice:
						'A proxy ends what is idle at 60 s: raise its timeout (nginx: proxy_read_timeout), or lower HEARTBEAT_INTERVAL_MS.',
					metric: 'closeAgePeak',
					value: 0.6,
					worst: 0.64,
					threshold: 0.5,
				},
				64_000,
			),
			raised(
				{
					rule: 'close-burst',
					level: 'error',
					message: '43 connections broke within a minute.',
					advice: 'Look at why they ended, below; when all of one network are among them, it is the network.',
					metric: 'brokenPerMinute',
					value: 31,
					worst: 43,
					threshold: 30,
				},
				41_000,
			),
		],
		history: [over],
	};
}

export function incidentsOf(scene: Scene, now: number): IncidentReport[] {
	if (scene !== 'trouble') return [];
	return Array.from({ length: 24 }, (_, index) => ({
		kind: index % 5 === 3 ? 'refusal' : 'close',
		at: now - index * 2_300,
		times: index % 5 === 3 ? 4 : 1,
		cause: index % 5 === 3 ? 'rate-limit' : index % 7 === 2 ? 'heartbeat-timeout' : 'network',
		class: index % 5 === 3 ? 'rate-limit' : 'connection',
		code: index % 5 === 3 ? 4100 : index % 7 === 2 ? 4201 : 1006,
		transport: index % 5 === 3 ? 'http' : 'websocket',
		ageMs: index % 5 === 3 ? 0 : 60_000 + index * 31,
		user: `g${(index * 7_919).toString(36)}`,
		advice: 'wait',
		retryAfterMs: 0,
	}));
}

const names = ['Ann', 'Bo', 'Chidi', 'Dana', 'Émile', 'Freya', 'Gustavo', 'Hana', 'Ivo', 'Jun 俊', 'Kaya', 'Lin', 'Maja', 'Nils'];
const roomNames = ['lobby', 'release 4.2', 'design', 'support', 'sprint 31', 'ops'];

export function connectionsOf(scene: Scene): Connections {
	const rows = (scene === 'idle' ? names.slice(0, 1) : names).map((name, index): ConnectionRow => {
		const quality = index % 9 === 4 ? 'poor' : index % 4 === 3 ? 'fair' : index % 3 === 0 ? 'excellent' : 'good';
		return {
			id: `${(0x1a2b3c4d + index * 7_919).toString(16)}-52d5-4c83-9b0c-63b8ce1f0d11`,
			user: { id: `g${index}`, name },
			transport: index % 6 === 4 ? 'event-stream' : index === 9 ? 'long-polling' : 'websocket',
			address: `203.0.113.${17 + index}`,
			rooms: roomNames.slice(index % 4, (index % 4) + 1 + (index % 3)),
			ageMs: Math.round(9_800_000 / (index + 1) ** 1.4),
			roundTripMs: index === 13 ? null : quality === 'poor' ? 840 : 18 + index * 7,
			quality: index === 13 ? 'unknown' : quality,
			bufferedBytes: quality === 'poor' ? 184_320 : 0,
			outbox: index === 13 ? null : quality === 'poor' ? { messages: 3, oldestMs: 4_200 } : { messages: 0, oldestMs: 0 },
		};
	});
	return { total: scene === 'idle' ? 1 : 412, matching: scene === 'idle' ? 1 : 412, rows };
}
