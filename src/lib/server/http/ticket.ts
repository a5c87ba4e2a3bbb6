/** `GET /api/ticket`: whether a WebSocket may open, and if not why, which a browser cannot learn from one that failed. */
import type { Server } from 'bun';
import type { Connection } from '../connection.ts';
import { limitReached } from '../limits.ts';
import { TICKET_LIFETIME, type Tickets } from '../tickets.ts';
import { closeResponse, refusal } from './refusal.ts';
import { type HttpEndpoint, identify, tooOften } from './request.ts';

export const TICKET_PATH = '/api/ticket';

export function answerTicket(to: HttpEndpoint & { tickets: Tickets }, request: Request, server: Server<Connection>): Response {
	if (request.method !== 'GET') return refusal(405, 'bad-frame', `${TICKET_PATH} takes GET alone`, { headers: { allow: 'GET' } });
	const who = identify(to, request, server);
	if (who instanceof Response) return who;
	const often = tooOften(to.admission.take(who.address));
	if (often) return often;
	const reached = limitReached(to, who);
	if (reached) return closeResponse(reached.closeCode, reached.message, { retryAfterMs: reached.retryAfterMs });
	return Response.json(
		{
			ticket: to.tickets.issue(who.user),
			expiresInMs: TICKET_LIFETIME,
			websocket: true,
			spreadMs: to.acceptRate.spreadMs(to.registry.count),
		},
		{ headers: { 'cache-control': 'no-store' } },
	);
}
