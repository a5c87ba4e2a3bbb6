/** What an address of the API is made of: how it may be asked, what that counts as, and who answers. */
import type { Server } from 'bun';
import type { Connection, TransportName } from '../connection.ts';
import type { Monitor } from '../monitor/monitor.ts';
import type { Overview } from '../overview.ts';
import type { RoomStore } from '../private-rooms/room-store.ts';
import type { Tickets } from '../tickets.ts';
import type { IdentityDesk } from './identity.ts';
import type { HttpEndpoint } from './request.ts';

export interface ApiEndpoint extends HttpEndpoint, IdentityDesk {
	tickets: Tickets;
	monitor: Monitor;
	overview: Overview;
	rooms: RoomStore;
}

export interface Route {
	methods: readonly string[];
	/** What its requests stand for. */
	transport: TransportName | 'http';
	/** Not for pages of other origins, not even of those that may connect. */
	isPrivate?: boolean;
	answer(to: ApiEndpoint, request: Request, server: Server<Connection>): Response | Promise<Response>;
}
