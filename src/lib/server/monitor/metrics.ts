/** All figures of this moment, as `GET /api/websocket/metrics` tells them. */
import { type Metrics, timingNames, transportNames } from '../../protocol/status.ts';
import type { Monitor } from './monitor.ts';

/** Seconds over which a rate is told. */
const RATE = 10;

/** A share of a whole; null where there is no whole. */
export const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

const named = <Name extends string, Value>(names: readonly Name[], make: (name: Name) => Value) =>
	Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Value>;

export function metricsOf({ measured, presence, recent, since, startedAt, uptimeMs, cpu, sizes }: Monitor): Metrics {
	const { clock, host, counters, timings, incidents, registry, sessions, hub, log, server, maxConnections } = measured;
	const at = clock.wall();
	const { errors, closes } = incidents.report;
	const { lastMinuteByCause: _, ...errorCounts } = errors;
	const { received, stored, duplicates, failed, delivered, recovery, welcomed, refused } = counters;
	const clients = presence.clients;
	const overHttp = clients['event-stream'] + clients['long-polling'];
	const perSecond = (name: 'received' | 'delivered') => share(recent.grown(name, RATE), recent.span(RATE)) ?? 0;
	return {
		at,
		since,
		server: { ...server, startedAt, uptimeMs },
		connections: {
			now: registry.count,
			peak: registry.peak,
			total: transportNames.reduce((sum, name) => sum + welcomed[name], 0),
			max: maxConnections,
			byTransport: { ...registry.byTransport },
			users: registry.users,
			sessions: sessions.count,
			rooms: hub.count,
		},
		transports: named(transportNames, (name) => ({
			clients: clients[name],
			attempts: welcomed[name] + refused[name],
			successes: welcomed[name],
			refused: refused[name],
			successRate: share(welcomed[name], welcomed[name] + refused[name]),
		})),
		fallbackShare: share(overHttp, overHttp + clients.websocket),
		messages: {
			received,
			stored,
			duplicates,
			failed,
			delivered,
			successRate: share(stored + duplicates, stored + duplicates + failed),
			receivedPerSecond: perSecond('received'),
			deliveredPerSecond: perSecond('delivered'),
		},
		errors: errorCounts,
		closes: { total: closes.total, broken: closes.broken, byCause: closes.byCause, ages: closes.ages },
		recovery: {
			...recovery,
			rate: share(recovery.resumed, recovery.resumed + recovery.gap + recovery.reset),
		},
		reconnects: { total: counters.reconnects, lastMinute: recent.grown('reconnects', 60) },
		slowConsumers: closes.byCause['slow-consumer'] ?? 0,
		outbox: presence.outbox,
		timings: named(timingNames, (name) => timings[name].report()),
		process: { cpu, load: host.load(), ...host.memory(), memoryLimit: host.memoryLimit },
		log: { writable: log.writable, ...sizes },
	};
}
