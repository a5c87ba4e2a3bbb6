/** The API over HTTP that is answered here, before the pages, and what pages of other origins may see of it. */
import type { Server } from 'bun';
import type { Admission, Knock } from '../admission.ts';
import type { Connection } from '../connection.ts';
import type { Tickets } from '../tickets.ts';
import { compressed } from './compression.ts';
import { answerEvents, EVENTS_PATH } from './event-stream.ts';
import { answerPoll, POLL_PATH } from './poll.ts';
import { closeResponse } from './refusal.ts';
import type { HttpEndpoint } from './request.ts';
import { answerTicket, TICKET_PATH } from './ticket.ts';

export interface ApiEndpoint extends HttpEndpoint {
	tickets: Tickets;
}

type Answer = (to: ApiEndpoint, request: Request, server: Server<Connection>) => Response | Promise<Response>;

/** By path. Kit is not involved: a poll costs less, and in development nothing in between holds back a stream. */
export const routes: Readonly<Record<string, Answer>> = Object.assign(Object.create(null), {
	[POLL_PATH]: answerPoll,
	[EVENTS_PATH]: answerEvents,
	[TICKET_PATH]: answerTicket,
});

/** Answers, come what may: a failure of ours is a 500 with its frame. */
export async function serveApi(to: ApiEndpoint, answer: Answer, request: Request, server: Server<Connection>): Promise<Response> {
	const knock = { request, address: server.requestIP(request)?.address ?? '' };
	if (request.method === 'OPTIONS') return shared(to.admission, knock, new Response(null, { status: 204, headers: preflight }));
	try {
		return shared(to.admission, knock, await compressed(request, await answer(to, request, server)));
	} catch (error) {
		to.report('request', error);
		return closeResponse(1011, 'the server failed on this request');
	}
}

const preflight = {
	'access-control-allow-methods': 'GET, POST',
	'access-control-allow-headers': 'content-type, last-event-id, authorization',
	'access-control-max-age': '600',
};

/** Lets a page of an origin that may ask read the answer, too. */
function shared(admission: Admission, knock: Knock, response: Response): Response {
	const origin = knock.request.headers.get('origin');
	if (origin === null || !admission.originAllowed(knock)) return response;
	response.headers.set('access-control-allow-origin', origin);
	response.headers.set('access-control-allow-credentials', 'true');
	response.headers.append('vary', 'origin');
	return response;
}
