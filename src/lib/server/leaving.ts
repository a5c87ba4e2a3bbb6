/** How a connection leaves: out of the registry and its rooms, and what its session remembers of it. */
import type { Ending } from '../protocol/codes.ts';
import type { Connection } from './connection.ts';
import { type Greeter, isHttp } from './greeting.ts';

/** Polls end and begin anew all the time: these say nothing of the network. */
const everyday: ReadonlySet<Ending> = new Set(['client', 'network', 'replaced']);

/** Takes a connection that is gone out of everything that knows it. `code` is that of its close frame, or what stands for it. */
export function depart(
	{ registry, hub, incidents }: Pick<Greeter, 'registry' | 'hub' | 'incidents'>,
	connection: Connection,
	code: number,
) {
	incidents.ended(connection, code, connection.openedAt > 0 ? registry.now - connection.openedAt : 0);
	registry.remove(connection);
	hub.leave(connection);
	const { session, ending } = connection;
	if (!session) return;
	session.connections -= 1;
	// A newer one has the session already: of that one nothing has ended.
	if (session.liveNumber > connection.number || (session.connection !== null && session.connection !== connection)) return;
	session.connection = null;
	session.endedAt = registry.now;
	if (isHttp(connection) && everyday.has(ending ?? 'unknown')) return;
	session.previous = { endedBy: ending ?? 'unknown', code };
}
