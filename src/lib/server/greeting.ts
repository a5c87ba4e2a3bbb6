/** The hello: who comes, whether they may, which session they continue, and which older connection it ends. */
import { closeCode, type Ending } from '../protocol/codes.ts';
import type { Hello, Position } from '../protocol/frames.ts';
import { FRAME_BYTES, PROTOCOL_VERSION } from '../protocol/limits.ts';
import type { AcceptRate } from './accept-rate.ts';
import type { Connection } from './connection.ts';
import type { ConnectionLogger } from './connection-logger.ts';
import { endWithSubscription, startConnect, startSubscribe } from './connection-spans.ts';
import type { Hub } from './hub.ts';
import type { Incidents } from './incidents/incidents.ts';
import { NO_IDENTITY } from './limits.ts';
import type { Counters } from './monitor/counters.ts';
import type { Options } from './options.ts';
import type { Registry } from './registry.ts';
import { NOT_OPEN, type Rights } from './rights.ts';
import type { Session, Sessions } from './session.ts';
import type { Tracer } from './tracing.ts';

export interface Greeter {
	options: Pick<Options, 'heartbeat' | 'inFlight' | 'connections'>;
	acceptRate: AcceptRate;
	counters: Counters;
	incidents: Incidents;
	connectionLogger: ConnectionLogger;
	registry: Registry;
	tracer: Tracer | undefined;
	sessions: Sessions;
	hub: Hub;
	rights: Rights;
	/** Which process answers; `boot` changes with each start. */
	server: { node: string; boot: string; version: string };
}

/** Greets a connection, or ends it. Resolves once every room of the hello is live. */
export async function greet(greeter: Greeter, connection: Connection, hello: Hello): Promise<void> {
	const { registry, sessions, incidents, counters } = greeter;
	const user = connection.user;
	if (hello.version !== PROTOCOL_VERSION) {
		connection.error('version', `this server speaks version ${PROTOCOL_VERSION}, not ${hello.version}: reload the page`, {
			fatal: true,
		});
		return connection.end('protocol', closeCode.version, 'version');
	}
	if (!user) {
		connection.error('unauthenticated', NO_IDENTITY, { fatal: true });
		return connection.end('protocol', closeCode.unauthenticated, 'unauthenticated');
	}
	const known = sessions.find(user, hello.client);
	const session = known ?? sessions.create(user, hello.client, registry.now);
	// All requests of one stay on HTTP carry the same number; each WebSocket carries its own.
	const fencedBy = isHttp(connection) ? session.liveNumber - 1 : session.connectionNumber;
	if (hello.connectionNumber <= fencedBy) {
		connection.error('replaced', `connection ${session.connectionNumber} of this client came later`, { fatal: true });
		return connection.end('replaced', closeCode.replaced, 'replaced');
	}
	const resumed = known !== undefined;
	// Each request of a stay on HTTP greets again.
	const isNew = hello.connectionNumber > session.connectionNumber;
	if (isNew) {
		counters.welcomed[connection.transport] += 1;
		if (hello.lastClose) counters.reconnects += 1;
		incidents.reported(hello);
	}
	// A stay on HTTP is greeted with each request, and costs as much as a connection once.
	if (!resumed || !isHttp(connection)) greeter.acceptRate.count();
	connection.number = hello.connectionNumber;
	session.connectionNumber = Math.max(session.connectionNumber, connection.number);
	session.endedAt = registry.now;
	session.reports(hello.outbox);
	connection.session = session;
	session.connections += 1;
	// Where there is no older one to spare, a newer one need not wait for this one's rooms to fence it.
	if (!isHttp(connection) && !session.connection && !session.onHttp) hold(session, connection, registry.now);
	welcome(greeter, connection, session, resumed, hello);
	greeter.connectionLogger.welcomed(connection, resumed);
	// The span ends with its last room; those that a poll merely repeats are in none.
	const span = isNew ? startConnect(greeter.tracer, connection, { resumed, rooms: hello.rooms.length }) : undefined;
	const joining = hello.rooms.map((wanted) => join(greeter, connection, wanted, span));
	// Nothing to wait for where every room was at hand: all of this is one step then.
	try {
		if (joining.some(Boolean)) await Promise.all(joining);
	} finally {
		span?.end();
	}
	const older = takeOver(session, connection, registry.now);
	if (!older) return;
	connection.flush();
	// What is sent within a handler leaves at its end: the newer one is to hear that it is live before the older one hears of its end.
	await new Promise((resolve) => setImmediate(resolve));
	if (older.number === connection.number && isHttp(older)) older.end('client', closeCode.normal, 'a newer poll waits');
	else older.end('replaced', closeCode.replaced, REPLACED);
}

/** Subscribes to a room, where the connection may follow it. The span that tells of it is a part of `tracer`. */
export function join(
	{ hub, incidents, rights }: Pick<Greeter, 'hub' | 'incidents' | 'rights'>,
	connection: Connection,
	{ room, epoch, offset, state, presence }: Hello['rooms'][number],
	tracer?: Tracer,
): Promise<void> | undefined {
	if (rights.mayFollow(connection, room)) {
		const position = positionOf(epoch, offset);
		const span = startSubscribe(tracer, connection, room, position !== null);
		const joined = hub.subscribe(connection, room, position, { state, presence });
		return span ? endWithSubscription(span, connection, room, joined) : joined;
	}
	connection.error('forbidden', NOT_OPEN, { room });
	incidents.error(connection, 'forbidden', { room });
}

export const isHttp = ({ transport }: Connection): boolean => transport !== 'websocket';

/** The newer connection has the session from here on, and no frame of the older one counts. Returns that one, where it is to end. */
function takeOver(session: Session, connection: Connection, now: number): Connection | null {
	if (connection.ending || overtaken(session, connection) || session.connection === connection) return null;
	const older = session.connection;
	// A request that only sends leaves the one that waits waiting. Of two that wait with one number the second is wanted.
	if (older?.number === connection.number && !connection.listens) return null;
	hold(session, connection, now);
	return older;
}

function hold(session: Session, connection: Connection, now: number) {
	session.connection = connection.listens ? connection : null;
	session.latest = connection;
	const isNew = session.liveNumber !== connection.number;
	if (isNew) session.since = now;
	// Beside an event stream what is sent travels by polls that listen to nothing.
	if (isNew || connection.listens) session.transport = connection.transport;
	session.liveNumber = connection.number;
}

/** Ends a connection whose session a newer one has taken over. One that merely greeted, and may be gone, has not. */
export function overtaken(session: Session, connection: Connection): boolean {
	const overtaken = session.liveNumber > connection.number;
	if (overtaken) connection.end('replaced', closeCode.replaced, REPLACED);
	return overtaken;
}

const REPLACED = 'replaced by a newer connection';

function welcome(
	{ options, registry, server, acceptRate }: Greeter,
	connection: Connection,
	session: Session,
	resumed: boolean,
	hello: Hello,
) {
	if (!connection.user) return;
	const { intervalMs, timeoutMs } = options.heartbeat;
	connection.answer({
		type: 'welcome',
		version: PROTOCOL_VERSION,
		session: session.id,
		connection: connection.id,
		user: connection.user,
		resumed,
		// Over HTTP a client leaves and returns all the time: only what ended badly is remembered, and not beyond its stay.
		previous: resumed
			? session.onHttp && !isHttp(connection)
				? undefined
				: session.previous
			: guessPrevious(hello, registry.now < options.connections.timeoutMs),
		server,
		heartbeat: { intervalMs, timeoutMs },
		limits: { frameBytes: FRAME_BYTES, inFlight: options.inFlight },
		spreadMs: acceptRate.spreadMs(registry.count),
	});
}

/** Of a client that was here before this process, or before its session was forgotten. */
function guessPrevious(
	{ connectionNumber, lastClose }: Hello,
	justStarted: boolean,
): { endedBy: Ending; code: number } | undefined {
	if (connectionNumber === 1) return undefined;
	return { endedBy: justStarted ? 'restart' : 'unknown', code: lastClose?.code ?? closeCode.abnormal };
}

export const positionOf = (epoch: string | undefined, offset: number | undefined): Position | null =>
	epoch === undefined || offset === undefined ? null : { epoch, offset };
