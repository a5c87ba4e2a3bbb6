/** Who asks what operators ask: what they may see and do, and how often. */
import type { Server } from 'bun';
import { closeCode } from '../../protocol/codes.ts';
import { bearerOf } from '../admin.ts';
import type { Connection } from '../connection.ts';
import { Refused, refusal } from './refusal.ts';
import { spend } from './request.ts';
import type { ApiEndpoint } from './route.ts';

export interface Visitor {
	/** Names, addresses, rooms and ids. */
	reads: boolean;
	/** Whether they can do something: see `Admin.acts`. */
	acts: 'yes' | 'no' | 'off';
	address: string;
	/** Whether they came over https. */
	secure: boolean;
}

/**
 * Looks at who asks. With the token nothing is counted; with a wrong one nothing is told.
 * @throws Refused
 */
export function visitorOf({ admin, admission }: ApiEndpoint, request: Request, server: Server<Connection>): Visitor {
	const { headers, method } = request;
	const knock = { request, address: server.requestIP(request)?.address ?? '' };
	// A page of another origin that shares our site would bring the cookie along.
	if (method !== 'GET' && method !== 'HEAD' && !admission.isOwnPage(knock))
		throw new Refused(closeCode.forbidden, 'only pages of the app itself may ask this');
	const address = admission.addressOf(knock);
	const brings = admin.configured && bearerOf(headers) !== null;
	const acts = brings ? tried(admin, address, () => (admin.acts(headers) === 'yes' ? 'yes' : null)) : admin.acts(headers);
	if (acts !== 'yes') spend(admission.take(address));
	return { acts, reads: admin.reads(headers), address, secure: admission.isSecure(knock) };
}

/**
 * Tries a token, unless this address has brought too many wrong ones: then not even the right one is looked at, or it could be guessed.
 * @throws Refused
 */
export function tried<Result>(admin: ApiEndpoint['admin'], address: string, attempt: () => Result | null): Result {
	spend(admin.lockedFor(address));
	const result = attempt();
	if (result !== null) return result;
	admin.guessed(address);
	throw new Refused(closeCode.unauthenticated, 'this is not the ADMIN_TOKEN of this server');
}

/** Why somebody may not see or do what takes the token: null where they may. */
export function barred(allowed: boolean, { acts }: Visitor): Response | null {
	if (allowed) return null;
	return acts === 'off'
		? refusal(404, 'forbidden', 'this server has no ADMIN_TOKEN: nobody can ask this')
		: refusal(401, 'unauthenticated', 'this takes the ADMIN_TOKEN: as a bearer token, or sign in');
}
