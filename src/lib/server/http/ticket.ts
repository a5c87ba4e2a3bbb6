/** `GET /api/ticket`: whether a WebSocket may open, and if not why, which a browser cannot learn from one that failed. */
import type { Server } from 'bun';
import type { Connection } from '../connection.ts';
import { TICKET_LIFETIME, type Tickets } from '../tickets.ts';
import { unbuffered } from './refusal.ts';
import { type HttpEndpoint, identify, makeRoom, spend } from './request.ts';

export const TICKET_PATH = '/api/ticket';

export async function answerTicket(
	to: HttpEndpoint & { tickets: Tickets },
	request: Request,
	server: Server<Connection>,
): Promise<Response> {
	const who = await identify(to, request, server);
	spend(to.admission.take(who.address), who.user);
	makeRoom(to, who);
	return Response.json(
		{
			ticket: to.tickets.issue(who.identity),
			expiresInMs: TICKET_LIFETIME,
			websocket: true,
			spreadMs: to.acceptRate.spreadMs(to.registry.count),
		},
		{ headers: unbuffered },
	);
}
