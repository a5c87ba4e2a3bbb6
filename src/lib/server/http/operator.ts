/** Who asks what operators ask: what they may see and do, and how often. */
import type { Server } from 'bun';
import { closeCode } from '../../protocol/codes.ts';
import type { Admin, NoToken } from '../admin.ts';
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
	const acts = admin.acts(headers, address);
	if (acts === 'wrong' || acts === 'locked') return refuseToken(admin, address, acts);
	if (acts !== 'yes') spend(admission.take(address));
	return { acts, reads: admin.open || acts === 'yes', address, secure: admission.isSecure(knock) };
}

/** @throws Refused */
export function refuseToken(admin: Admin, address: string, why: NoToken): never {
	if (why === 'wrong') throw new Refused(closeCode.unauthenticated, 'this is not the ADMIN_TOKEN of this server');
	const retryAfterMs = admin.lockedFor(address);
	throw new Refused(closeCode.rateLimited, 'too many wrong tokens from your address', { retryAfterMs });
}

/** Why somebody may not see or do what takes the token: null where they may. */
export function barred(allowed: boolean, { acts }: Visitor): Response | null {
	if (allowed) return null;
	return acts === 'off'
		? refusal(404, 'forbidden', 'this server has no ADMIN_TOKEN: nobody can ask this')
		: refusal(401, 'unauthenticated', 'this takes the ADMIN_TOKEN: as a bearer token, or sign in');
}
