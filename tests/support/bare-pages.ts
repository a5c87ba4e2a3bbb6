/** What a test's server answers beside the WebSocket: who somebody is. */
import type { RealtimeServer } from '../../src/lib/server/create.ts';
import type { Pages } from '../../src/lib/server/serve.ts';

export const barePages =
	(realtime: RealtimeServer): Pages =>
	(request, server) => {
		const { pathname } = new URL(request.url);
		if (pathname === '/api/identity' && request.method === 'POST')
			return realtime.identity({ request, address: server.requestIP(request)?.address ?? '' });
		return new Response('not found', { status: 404 });
	};
