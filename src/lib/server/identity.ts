/** Who somebody is: a signed cookie that the server alone can make. */
import { timingSafeEqual } from 'node:crypto';
import * as v from 'valibot';
import type { User } from '../protocol/frames.ts';
import { guestName } from './identity/names.ts';

export const IDENTITY_COOKIE = 'holdfast_identity';
/** How long a guest stays the same person without coming back, in milliseconds. */
const LIFETIME = 365 * 86_400_000;
/** A cookie of this age is made anew with the next page, in milliseconds: whoever comes at least once a year stays who they are. */
const RENEWED_AFTER = 86_400_000;

/** Tokens that were found to be good and are remembered: over HTTP each request brings one. */
const VERIFIED = 10_000;

const claims = v.object({
	id: v.pipe(v.string(), v.minLength(1)),
	name: v.string(),
	exp: v.number(),
	iat: v.optional(v.number()),
});

/** A person, and how long a token of theirs says so. Wall times, milliseconds since 1970. */
export interface Identity {
	user: User;
	issuedAt: number;
	expiresAt: number;
}

export interface Issued extends Identity {
	/** The cookie's value. */
	token: string;
}

export interface Identities {
	/** A signed identity for a person, known or new. */
	issue(user: User): Issued;
	/** A new guest with a name of our choosing. */
	guest(): Issued;
	/** Whom a cookie's value names, or null when it is absent, forged, expired or signed out. */
	verify(token: string | undefined): Identity | null;
	/** Whom a request's `Cookie` header names. */
	fromCookie(header: string | null): Identity | null;
	/** Whether a request's cookie was good until its person signed out everywhere. */
	isSignedOut(header: string | null): boolean;
	/** The same identity anew, where that of the header is good but old, or signed with a secret that signs no more. */
	renew(header: string | null): Issued | null;
}

interface Verified {
	identity: Identity;
	/** Signed with the secret that signs now. */
	isCurrent: boolean;
}

/**
 * @param secrets the first signs, all verify
 * @param isVoid whether a person has signed out everywhere since that wall time
 */
export function createIdentities(
	[current, ...older]: readonly [string, ...string[]],
	wall: () => number,
	isVoid: (identity: Identity) => boolean = () => false,
): Identities {
	const signed = (payload: string, secret = current) =>
		`${payload}.${new Bun.CryptoHasher('sha256', secret).update(payload).digest().toString('base64url')}`;

	const issue = ({ id, name }: User): Issued => {
		const user = { id, name };
		const issuedAt = wall();
		const expiresAt = issuedAt + LIFETIME;
		const payload = Buffer.from(JSON.stringify({ ...user, iat: issuedAt, exp: expiresAt })).toString('base64url');
		return { user, token: signed(payload), issuedAt, expiresAt };
	};
	const remembered = new Map<string, Verified>();
	const find = (token: string | undefined): Verified | null => {
		const known = token === undefined ? null : (remembered.get(token) ?? check(token));
		return known && known.identity.expiresAt > wall() ? known : null;
	};
	const check = (token: string) => {
		const [payload = ''] = token.split('.');
		const given = Buffer.from(token);
		// As texts: of a token that is spelled in many ways one person could have thousands remembered.
		const isBy = (secret: string) => {
			const expected = Buffer.from(signed(payload, secret));
			return given.length === expected.length && timingSafeEqual(given, expected);
		};
		const isCurrent = isBy(current);
		if (!isCurrent && !older.some(isBy)) return null;
		const { success, output } = v.safeParse(claims, parse(Buffer.from(payload, 'base64url').toString()));
		if (!success) return null;
		if (remembered.size >= VERIFIED) remembered.clear();
		const { id, name, exp, iat = exp - LIFETIME } = output;
		const verified = { identity: { user: { id, name }, issuedAt: iat, expiresAt: exp }, isCurrent };
		remembered.set(token, verified);
		return verified;
	};
	const good = (verified: Verified | null) => (verified && !isVoid(verified.identity) ? verified.identity : null);
	const inHeader = (header: string | null) => find(cookieOf(header, IDENTITY_COOKIE));
	return {
		issue,
		verify: (token) => good(find(token)),
		guest: () => issue({ id: crypto.randomUUID(), name: guestName() }),
		fromCookie: (header) => good(inHeader(header)),
		isSignedOut(header) {
			const found = inHeader(header);
			return found !== null && isVoid(found.identity);
		},
		renew(header) {
			const found = inHeader(header);
			const identity = good(found);
			if (!found || !identity || (found.isCurrent && wall() - identity.issuedAt < RENEWED_AFTER)) return null;
			return issue(identity.user);
		},
	};
}

/** The value of a cookie, the first where a name comes twice. */
export function cookieOf(header: string | null, name: string): string | undefined {
	const found = header?.split(';').find((pair) => pair.trimStart().startsWith(`${name}=`));
	return found?.slice(found.indexOf('=') + 1).trim();
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined; // the schema refuses it like any other forgery
	}
}
