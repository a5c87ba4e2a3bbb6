/** How a connection leaves: out of the registry and its rooms, and what its session remembers of it. */
import type { Ending } from '../protocol/codes.ts';
import type { Connection, TransportName } from './connection.ts';
import { type Greeter, isHttp } from './greeting.ts';

/** Polls end and begin anew all the time: these say nothing of the network. */
const everyday: ReadonlySet<Ending> = new Set(['client', 'network', 'replaced']);

/**
 * Counts a request that was turned away before it became a connection. `transport` is what it stood for, `stays` whether it was
 * one of a stay that is counted as welcome: then it was no attempt to connect.
 */
export function turnedAway(
	{ incidents, counters }: Pick<Greeter, 'incidents' | 'counters'>,
	transport: TransportName | 'http',
	code: number,
	{ retryAfterMs = 0, user, stays = false }: { retryAfterMs?: number; user?: string | undefined; stays?: boolean } = {},
) {
	incidents.refused(transport, code, retryAfterMs, user);
	if (transport !== 'http' && !stays) counters.refused[transport] += 1;
}

/** Takes a connection that is gone out of everything that knows it. `code` is that of its close frame, or what stands for it. */
export function depart(
	{
		registry,
		hub,
		incidents,
		counters,
		connectionLogger,
	}: Pick<Greeter, 'registry' | 'hub' | 'incidents' | 'counters' | 'connectionLogger'>,
	connection: Connection,
	code: number,
) {
	const ageMs = connection.openedAt > 0 ? registry.now - connection.openedAt : 0;
	incidents.ended(connection, code, ageMs);
	connectionLogger.ended(connection, code, ageMs);
	registry.remove(connection);
	const { session, ending, subscriptions } = connection;
	if (!session) {
		counters.refused[connection.transport] += 1;
		return hub.leave(connection);
	}
	// A request that only sends names none.
	if (isHttp(connection) && (connection.listens || subscriptions.length > 0))
		session.rooms = subscriptions.map(({ room }) => room.name);
	hub.leave(connection);
	session.connections -= 1;
	// A newer one has the session already: of that one nothing has ended.
	if (session.liveNumber > connection.number || (session.connection !== null && session.connection !== connection)) return;
	session.connection = null;
	session.endedAt = registry.now;
	if (isHttp(connection) && everyday.has(ending ?? 'unknown')) return;
	session.previous = { endedBy: ending ?? 'unknown', code };
}
