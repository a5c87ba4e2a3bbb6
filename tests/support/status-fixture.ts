/** A status as a server would give it, idle or in trouble: for tests of what is shown, without a server. */
import type { Metrics, Series, Status } from '../../src/lib/protocol/status.ts';
import { pointAt, type Scene, seriesOf } from './status-series.ts';
import { alertsOf, connectionsOf, incidentsOf } from './status-tables.ts';

export const NOON = Date.UTC(2026, 10, 24, 12, 0, 0);

export function metricsOf(scene: Scene): Metrics {
	const busy = scene !== 'idle';
	const trouble = scene === 'trouble';
	const timing = (p50: number) => ({ count: busy ? 12_000 : 0, p50, p95: p50 * 4, p99: p50 * 9, max: p50 * 21 });
	const nothing = { count: 0, p50: null, p95: null, p99: null, max: null };
	const way = (clients: number, attempts: number, refused: number) => ({
		clients,
		attempts,
		successes: attempts - refused,
		refused,
		successRate: attempts === 0 ? null : (attempts - refused) / attempts,
	});
	return {
		at: NOON,
		since: NOON - 93_600_000,
		server: {
			node: 'c2f5b7f0-52d5-4c83-9b0c-63b8ce1f0d11',
			boot: '0b8f6f7e-1f0e-4f52-8f2b-1f6a2b3c4d5e',
			version: '0.1.0',
			startedAt: NOON - 93_600_000,
			uptimeMs: 93_600_000,
		},
		connections: {
			now: busy ? 412 : 1,
			peak: busy ? 498 : 2,
			total: busy ? 9_314 : 3,
			max: 1_000,
			byTransport: { websocket: busy ? 347 : 1, 'event-stream': busy ? 52 : 0, 'long-polling': busy ? 13 : 0 },
			users: busy ? 361 : 1,
			sessions: busy ? 420 : 1,
			rooms: busy ? 74 : 0,
		},
		transports: {
			websocket: way(busy ? 347 : 1, busy ? 8_120 : 3, trouble ? 611 : 0),
			'event-stream': way(busy ? 52 : 0, busy ? 940 : 0, busy ? 4 : 0),
			'long-polling': way(busy ? 13 : 0, busy ? 254 : 0, 0),
		},
		fallbackShare: busy ? 65 / 412 : 0,
		messages: {
			received: busy ? 184_223 : 0,
			stored: busy ? 183_912 : 0,
			duplicates: busy ? 240 : 0,
			failed: busy ? 71 : 0,
			delivered: busy ? 1_022_871 : 0,
			successRate: busy ? 183_912 / 183_983 : null,
			receivedPerSecond: busy ? 58.4 : 0,
			deliveredPerSecond: busy ? 331.7 : 0,
		},
		errors: {
			total: trouble ? 149 : busy ? 12 : 0,
			lastMinute: trouble ? 43 : 0,
			byKind: trouble ? { close: 96, refusal: 24, error: 28, failure: 1 } : {},
			byClass: trouble ? { connection: 96, auth: 18, 'rate-limit': 27, payload: 7, server: 1 } : {},
			byCause: trouble
				? {
						network: 71,
						'heartbeat-timeout': 19,
						unauthenticated: 18,
						'rate-limit': 27,
						'slow-consumer': 6,
						'invalid-data': 7,
						'server-error': 1,
					}
				: {},
			byTransport: trouble ? { websocket: 120, 'event-stream': 9, 'long-polling': 4, http: 15, server: 1 } : {},
		},
		closes: {
			total: trouble ? 8_902 : busy ? 8_806 : 2,
			broken: trouble ? 96 : 0,
			byCause: trouble
				? { client: 8_718, network: 71, 'heartbeat-timeout': 19, replaced: 44, 'slow-consumer': 6, restart: 44 }
				: busy
					? { client: 8_718, replaced: 44, restart: 44 }
					: { client: 2 },
			ages: trouble
				? {
						seen: [
							{ fromMs: 0, toMs: 5_000, count: 4 },
							{ fromMs: 20_000, toMs: 25_000, count: 3 },
							{ fromMs: 60_000, toMs: 65_000, count: 58 },
							{ fromMs: 75_000, toMs: 80_000, count: 5 },
							{ fromMs: 150_000, toMs: 180_000, count: 9 },
							{ fromMs: 900_000, toMs: 1_200_000, count: 17 },
						],
						reported: [
							{ fromMs: 60_000, toMs: 65_000, count: 51 },
							{ fromMs: 150_000, toMs: 180_000, count: 6 },
						],
					}
				: { seen: [], reported: [] },
		},
		recovery: { fresh: busy ? 5_310 : 1, resumed: busy ? 3_871 : 0, gap: trouble ? 12 : 0, reset: 0, rate: busy ? 0.997 : null },
		reconnects: { total: busy ? 3_883 : 0, lastMinute: trouble ? 61 : 0 },
		slowConsumers: trouble ? 6 : 0,
		outbox: { clients: busy ? 9 : 0, messages: busy ? 14 : 0, oldestMs: busy ? 2_400 : 0 },
		timings: {
			response: busy ? timing(trouble ? 11.2 : 2.1) : nothing,
			delivery: busy ? timing(trouble ? 14.8 : 2.6) : nothing,
			commit: busy ? timing(1.7) : nothing,
			roundTrip: busy ? timing(28) : nothing,
			loopDelay: timing(0.4),
		},
		process: {
			cpu: busy ? 0.344 : 0.012,
			load: busy ? [0.71, 0.66, 0.52] : [0.04, 0.06, 0.05],
			rss: busy ? 168_300_000 : 92_400_000,
			heapUsed: busy ? 61_200_000 : 21_800_000,
			heapTotal: busy ? 84_000_000 : 40_000_000,
			memoryLimit: 2_147_483_648,
		},
		log: { writable: true, databaseBytes: busy ? 84_230_144 : 40_960, walBytes: busy ? 4_120_032 : 0 },
	};
}

export function statusOf(scene: Scene, window: Series['window'] = '5m'): Status {
	const metrics = metricsOf(scene);
	const alerts = alertsOf(scene, NOON);
	return {
		metrics,
		alerts,
		health: {
			status: alerts.active.length > 0 ? 'degraded' : 'ok',
			reasons: alerts.active.map(({ message }) => message),
			at: NOON,
			uptimeMs: metrics.server.uptimeMs,
			checks: { log: true, loop: true, accepting: true },
		},
		sample: { at: NOON, values: pointAt(scene, 1) },
		series: seriesOf(scene, window, NOON),
		incidents: incidentsOf(scene, NOON),
		connections: connectionsOf(scene),
	};
}
