/** The API over HTTP that is answered here, before the pages, and what pages of other origins may see of it. */
import type { Server } from 'bun';
import { closeCode } from '../../protocol/codes.ts';
import type { Admission } from '../admission.ts';
import type { Connection } from '../connection.ts';
import { turnedAway } from '../leaving.ts';
import { WEBSOCKET_PATH } from '../websocket.ts';
import { answerEvents, EVENTS_PATH } from './event-stream.ts';
import { protectData } from './headers.ts';
import { answerSignOut } from './identity.ts';
import { operations } from './operations.ts';
import { answerPoll, POLL_PATH } from './poll.ts';
import { privateRooms } from './private-rooms/routes.ts';
import { closeResponse, Mistaken, Refused, refusal } from './refusal.ts';
import { explain, REQUEST_ID } from './request-id.ts';
import { answerRounds, ROUNDS_PATH } from './rounds.ts';
import type { ApiEndpoint, Route } from './route.ts';
import { answerTicket, TICKET_PATH } from './ticket.ts';

const answerSignedOut: Route['answer'] = (to, request, server) =>
	answerSignOut(to, { request, address: server.requestIP(request)?.address ?? '' });

/** By path. Kit is not involved: a poll costs less, and in development nothing in between holds back a stream. */
const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
	[POLL_PATH, { methods: ['POST'], transport: 'long-polling', answer: answerPoll }],
	[EVENTS_PATH, { methods: ['GET', 'POST'], transport: 'event-stream', answer: answerEvents }],
	[ROUNDS_PATH, { methods: ['GET'], transport: 'http', isPrivate: true, answer: answerRounds }],
	[TICKET_PATH, { methods: ['GET'], transport: 'http', answer: answerTicket }],
	['/api/identity/sign-out', { methods: ['POST'], transport: 'http', isPrivate: true, answer: answerSignedOut }],
	...operations,
	...privateRooms,
]);

/** What answers this path: nothing where it is one of the pages. */
export function routeOf(pathname: string): Route | undefined {
	return routes.get(pathname) ?? (pathname.startsWith(`${WEBSOCKET_PATH}/`) ? unknown : undefined);
}

/** Answers, come what may: what is turned away is counted, and a failure of ours is a 500 with its frame. */
export async function serveApi(to: ApiEndpoint, route: Route, request: Request, server: Server<Connection>): Promise<Response> {
	const { methods, transport, isPrivate, answer } = route;
	const allow = methods.join(', ');
	const share = (response: Response) => {
		protectData(response);
		if (response.status >= 400) explain(to, request, server, response);
		return isPrivate ? response : shared(to.admission, request, server, response);
	};
	if (request.method === 'OPTIONS')
		return share(new Response(null, { status: 204, headers: isPrivate ? { allow } : preflight(allow) }));
	if (!methods.includes(request.method) && methods.length > 0)
		return share(refusal(405, 'bad-frame', `this address takes ${methods.join(' and ')} alone`, { headers: { allow } }));
	try {
		return share(await answer(to, request, server));
	} catch (error) {
		if (error instanceof Mistaken) return share(refusal(400, 'invalid-data', error.message));
		if (!(error instanceof Refused)) to.report(transport, error);
		const refused = error instanceof Refused ? error : FAILED;
		const { code, message, retryAfterMs } = refused;
		turnedAway(to, transport, code, refused);
		return share(closeResponse(code, message, { retryAfterMs }));
	}
}

/** Nothing is there; the rest of the path is not told back. */
const unknown: Route = {
	methods: [],
	transport: 'http',
	isPrivate: true,
	answer: () => refusal(404, 'bad-frame', 'there is no such address: docs/API.md lists them'),
};
const FAILED = new Refused(closeCode.serverError, 'the server failed on this request');

const preflight = (methods: string) => ({
	'access-control-allow-methods': methods,
	'access-control-allow-headers': 'content-type, last-event-id, authorization',
	'access-control-max-age': '600',
});

/** Lets a page of another origin that may ask read the answer, too. One of this very host, as nearly all are, needs no leave. */
function shared(admission: Admission, request: Request, server: Server<Connection>, response: Response): Response {
	const origin = request.headers.get('origin');
	if (origin === null || origin.endsWith(`://${request.headers.get('host')}`)) return response;
	if (!admission.originAllowed({ request, address: server.requestIP(request)?.address ?? '' })) return response;
	response.headers.set('access-control-allow-origin', origin);
	response.headers.set('access-control-allow-credentials', 'true');
	response.headers.set('access-control-expose-headers', REQUEST_ID);
	response.headers.append('vary', 'origin');
	return response;
}
