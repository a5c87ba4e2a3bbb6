/** The id of a request that was turned away: in its answer, for people to quote, and in the log. */
import type { Server } from 'bun';
import type { Admission } from '../admission.ts';
import type { Connection } from '../connection.ts';
import type { ConnectionLogger } from '../connection-logger.ts';
import type { Identities } from '../identity.ts';
import { frameOfRefusal } from './refusal.ts';

export const REQUEST_ID = 'x-request-id';

/** What a proxy in front may have named it: anything else is not passed on. */
const sane = /^[\w.:+/=@-]{1,128}$/;

export interface Turnstile {
	admission: Admission;
	identities: Identities;
	connectionLogger: ConnectionLogger;
}

/** Gives a refusal the id of its request, and logs it. Only called for an answer from 400 up: what is served costs nothing. */
export function explain(to: Turnstile, request: Request, server: Server<Connection>, response: Response): Response {
	const frame = frameOfRefusal(response);
	if (!frame) return response; // such as the 503 of a health check, which answers what it was asked
	const given = request.headers.get(REQUEST_ID);
	const id = given !== null && sane.test(given) ? given : Bun.randomUUIDv7('base64url');
	response.headers.set(REQUEST_ID, id);
	to.connectionLogger.refused(() => ({
		request: id,
		path: new URL(request.url, 'http://localhost').pathname, // HTTP/1.0 names no host
		status: response.status,
		address: to.admission.addressOf({ request, address: server.requestIP(request)?.address ?? '' }),
		origin: request.headers.get('origin'),
		user: to.identities.fromCookie(request.headers.get('cookie'))?.user.id,
		code: frame.code,
		closeCode: frame.closeCode,
		reason: frame.message,
	}));
	return response;
}
