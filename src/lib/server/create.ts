/** The composition: every part of the realtime server, made once and handed to the others. */
import { hostname } from 'node:os';
import type { Server } from 'bun';
import pkg from '../../../package.json' with { type: 'json' };
import { type Clock, systemClock } from '../clock.ts';
import { RECENT_MESSAGES } from '../protocol/limits.ts';
import { AcceptRate } from './accept-rate.ts';
import { createAdmission, type Knock } from './admission.ts';
import { CloseAges } from './alerts/close-ages.ts';
import { createAlerts } from './alerts/create.ts';
import { Allowances } from './allowances.ts';
import type { Connection } from './connection.ts';
import { ConnectionLogger } from './connection-logger.ts';
import type { Report } from './errors.ts';
import { readRecent } from './history.ts';
import { type Entered, enter } from './http/entrance.ts';
import { protectPage } from './http/headers.ts';
import type { ApiEndpoint } from './http/route.ts';
import { createIdentity } from './identity/create.ts';
import { identityForPages } from './identity/pages.ts';
import { People } from './identity/people.ts';
import { Incidents } from './incidents/incidents.ts';
import { createFailureLogger } from './line-rate.ts';
import type { MessageLog } from './log/message-log.ts';
import { openSqliteLog } from './log/sqlite.ts';
import type { Logger } from './logging.ts';
import { Counters } from './monitor/counters.ts';
import { createHost, type Host } from './monitor/host.ts';
import { createTimings, Monitor } from './monitor/monitor.ts';
import { statusOf } from './monitor/reports.ts';
import type { Options } from './options.ts';
import { Outgoing, type Publish } from './outgoing.ts';
import { Overview } from './overview.ts';
import { openRooms, renamedIn, roomsForPages } from './private-rooms/open.ts';
import type { RoomStore } from './private-rooms/room-store.ts';
import { provideRealtime, type Realtime } from './realtime.ts';
import { Receipts } from './receipts.ts';
import { Registry } from './registry.ts';
import { Rights } from './rights.ts';
import { createRooms } from './rooms/create.ts';
import { Sessions } from './session.ts';
import type { Tracer } from './tracing.ts';
import { createWebSocketHandler, type WebSocketEndpoint } from './websocket.ts';
import { Topics } from './wire.ts';

export interface RealtimeServer extends Realtime {
	/** For `Bun.serve`. */
	websocket: ReturnType<typeof createWebSocketHandler>;
	/** Takes the requests that are ours. */
	fetch(request: Request, server: Server<Connection>): Entered;
	/** Puts onto a page's answer what keeps its browser from being used against it. */
	protect(page: Response, knock: Knock): Response;
	/** Begins to ping and sweep; publishing goes through `server` from here on. */
	start(server: Server<Connection>): void;
	/** Ends every connection with 1012, finishes what was taken, lets go of the log. Calling it twice does nothing. */
	close(): Promise<void>;
}

export interface Parts {
	logger: Logger;
	/** Another log than the embedded one. */
	log?: MessageLog;
	/** Another store of private rooms. */
	rooms?: RoomStore;
	clock?: Clock;
	/** Another process and machine than ours, to measure. */
	host?: Host;
	tracer?: Tracer | undefined;
	/** Whoever looks sees everything, without a token. */
	development?: boolean;
}

/** @throws Error when a setting is wrong, or the database is in use by another server */
export async function createRealtime(
	options: Options,
	{ logger, log: given, rooms: givenRooms, clock = systemClock, host = createHost(), tracer, development = false }: Parts,
): Promise<RealtimeServer> {
	const counters = new Counters();
	const timings = createTimings();
	const incidents = new Incidents(clock, (error) => logger.error('an incident was not counted: {error}', { error }));
	const logFailure = createFailureLogger(logger, clock);
	const report: Report = (where, error) => {
		incidents.failed(where);
		logFailure(where, error);
	};
	const admission = createAdmission(options, clock);
	const who = createIdentity(options, { clock, report, open: development });
	const { admin, signOuts } = who;
	const log =
		given ??
		(await openSqliteLog({
			...options,
			clock,
			onWritable: (writable, reason) =>
				writable ? logger.info('the log takes writes again') : logger.error('the log takes no writes: {reason}', { reason }),
		}));

	const rooms = await openRooms(options, log, givenRooms);

	let server: Server<Connection> | undefined;
	let stop = () => {};
	let closed: Promise<void> | undefined;
	const topics = new Topics();
	const publish: Publish = (topic, text) => {
		topics.publish(topic, text);
		return server?.publish(topic, text) ?? 0;
	};
	const outgoing = new Outgoing(publish, report);
	const rights = new Rights(rooms);
	const allowances = new Allowances(options, clock);
	const { hub, publisher, presence, signals, sweep } = createRooms({
		log,
		clock,
		outgoing,
		publish,
		report,
		counters,
		rights,
		allowances,
		receipts: new Receipts(incidents, counters),
		timings,
		tracer,
		inFlight: options.inFlight,
		patience: options.presence,
	});
	const sessions = new Sessions(options);
	const acceptRate = new AcceptRate(options.reconnectsPerSecond);
	const connectionLogger = new ConnectionLogger(logger, clock);
	const registry: Registry = new Registry({
		heartbeat: options.heartbeat,
		clock,
		report,
		heads: (connection) => hub.heads(connection),
		opened: (connection) => connectionLogger.opened(connection),
		onSweep(now, elapsedMs, plannedMs) {
			sessions.sweep(now - options.connections.timeoutMs);
			sweep(now);
			acceptRate.measure(elapsedMs, plannedMs);
		},
	});
	const people = new People({ registry, renamed: (user) => renamedIn(rooms, presence, user, report) });
	const identity = { node: crypto.randomUUID(), boot: crypto.randomUUID(), version: pkg.version };
	const monitor = new Monitor({
		clock,
		host,
		report,
		counters,
		timings,
		incidents,
		registry,
		sessions,
		hub,
		log,
		server: identity,
		maxConnections: options.connections.max,
	});
	const closeAges = new CloseAges();
	incidents.onBroken = (ageMs) => closeAges.add(ageMs, clock.now());
	const { alerts, closeAlerts } = createAlerts(options.alerts, {
		clock,
		logger,
		report,
		server: { ...identity, host: hostname(), origin: options.origins.own ?? null },
	});
	const overview: Overview = new Overview({
		monitor,
		alerts,
		closeAges,
		publisher,
		stopping: () => closed !== undefined,
	});
	const endpoint: WebSocketEndpoint & ApiEndpoint = {
		options,
		registry,
		sessions,
		hub,
		signals,
		rights,
		rooms,
		server: identity,
		log,
		publisher,
		allowances,
		...who,
		people,
		clock,
		report,
		admission,
		outgoing,
		topics,
		acceptRate,
		monitor,
		overview,
		counters,
		timings,
		incidents,
		connectionLogger,
		tracer,
		stopping: () => closed !== undefined,
	};

	const realtime: RealtimeServer = {
		websocket: createWebSocketHandler(endpoint),
		fetch: (request, server) => enter(endpoint, request, server),
		protect: (page, knock) => protectPage(page, admission.hostOf(knock), admission.isSecure(knock)),
		start(running) {
			server = running;
			const stops = [registry.start(), overview.start()];
			stop = () => {
				for (const each of stops) each();
			};
		},
		recent: async (user, room, limit = RECENT_MESSAGES) => (rights.mayEnter(user, room) ? readRecent(log, room, limit) : null),
		...roomsForPages(rooms, clock),
		...identityForPages(endpoint),
		incidents: () => incidents.report,
		metrics: () => monitor.metrics(),
		status: ({ headers }, window) =>
			admin.open || admin.isSignedIn(headers) ? statusOf({ monitor, overview }, window, true) : null,
		administration: ({ headers }) => ({
			reads: admin.open || admin.isSignedIn(headers),
			acts: admin.isSignedIn(headers),
			configured: admin.configured,
		}),
		counts: () => ({ connections: registry.count, sessions: sessions.count, rooms: hub.count, topics: topics.count }),
		close() {
			closed ??= (async () => {
				await publisher.close(); // the acks leave before the close frames do
				stop();
				host.close();
				for (const connection of [...registry]) connection.end('restart', 1012, 'the server restarts');
				// Each by itself: a disk that is full at the end must not keep the webhook from hearing of it.
				const ends = await Promise.allSettled([log.close(), rooms.close(), closeAlerts(), signOuts.close()]);
				provideRealtime(undefined);
				for (const end of ends) if (end.status === 'rejected') throw end.reason;
			})();
			return closed;
		},
	};
	provideRealtime(realtime);
	return realtime;
}
