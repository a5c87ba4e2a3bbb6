/** Which requests are the realtime server's own: its API and the upgrades. The rest is for the pages. */
import type { Server } from 'bun';
import type { Connection } from '../connection.ts';
import { upgrade, WEBSOCKET_PATH, type WebSocketEndpoint } from '../websocket.ts';
import { protectData } from './headers.ts';
import { explain } from './request-id.ts';
import type { ApiEndpoint } from './route.ts';
import { routeOf, serveApi } from './routes.ts';

/** `handled`: it was one of ours. `response` is missing after an upgrade. */
export interface Entered {
	handled: boolean;
	response?: Response | undefined | Promise<Response | undefined>;
}

export function enter(endpoint: WebSocketEndpoint & ApiEndpoint, request: Request, server: Server<Connection>): Entered {
	const nameless = request.url.startsWith('/'); // no host: HTTP/1.0, as health checks speak it, and nothing that speaks to us
	const pathname = URL.parse(request.url, 'http://localhost')?.pathname;
	// Nobody but a scanner: a `Host` that is none makes no address.
	if (pathname === undefined) return { handled: true, response: new Response('no such host', { status: 400 }) };
	const route = routeOf(pathname);
	if (nameless && !route?.isPrivate) return { handled: false };
	if (route) return { handled: true, response: serveApi(endpoint, route, request, server) };
	if (pathname !== WEBSOCKET_PATH) return { handled: false };
	const response = upgrade(endpoint, request, server);
	const explained = (refused: Response | undefined) => refused && protectData(explain(endpoint, request, server, refused));
	return { handled: true, response: response instanceof Promise ? response.then(explained) : explained(response) };
}
