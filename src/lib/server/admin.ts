/** Who operates this server: whoever brings `ADMIN_TOKEN`, as a bearer token or as the cookie that it was exchanged for. */
import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { cookieOf } from './identity.ts';
import { networkOf } from './network.ts';
import { Buckets } from './token-bucket.ts';

const ADMIN_COOKIE = 'holdfast_admin';
/** How long somebody stays signed in, in milliseconds. */
const LIFETIME = 12 * 3_600_000;
/** Wrong tokens of an address: some at once, for typing errors, then one each ten seconds. */
const GUESSES = { perSecond: 0.1, burst: 10 };

export interface Admin {
	/** Whether there is a token at all: without one nobody can do anything. */
	configured: boolean;
	/** Whether who looks need not bring anything: development. */
	open: boolean;
	/** Whether a request may see names, addresses, rooms and ids. */
	reads(headers: Headers, address: string): boolean;
	/** Whether it may do something: `no` without the token, `off` where none is configured, or why the one that it brings is none. */
	acts(headers: Headers, address: string): 'yes' | 'no' | 'off' | NoToken;
	/** Whether a browser brings the cookie. */
	isSignedIn(headers: Headers): boolean;
	/** The `Set-Cookie` that stands for the token for 12 hours, where it is the token. */
	signIn(token: string, address: string, secure: boolean): { cookie: string } | { refused: NoToken };
	/** The `Set-Cookie` that takes it back from this browser. To sign everybody out, change the token. */
	signOut(secure: boolean): string;
	/** Milliseconds until a token of this address is looked at again. */
	lockedFor(address: string): number;
}

/** `locked`: the address has brought too many wrong ones. Then not even the right one is looked at, or it could be guessed. */
export type NoToken = 'wrong' | 'locked';

/**
 * @param open who looks need not bring the token: development
 * @param isIdentity whether a bearer token is of another kind, which says who somebody is: that one is no guess
 */
export function createAdmin(
	{
		token,
		open,
		isIdentity = () => false,
	}: { token: string | undefined; open: boolean; isIdentity?: (bearer: string) => boolean },
	clock: Pick<Clock, 'wall' | 'now'>,
): Admin {
	// Of random keys, so that neither how long they are nor where they first differ shows in the time that a comparison takes.
	const key = crypto.getRandomValues(new Uint8Array(32));
	const expected = digest(key, token ?? '');
	const isToken = (given: string) => token !== undefined && timingSafeEqual(digest(key, given), expected);

	const signed = (expiresAt: string) =>
		`${expiresAt}.${digest(token ?? key, `${ADMIN_COOKIE}.${expiresAt}`).toString('base64url')}`;
	function isSignedIn(headers: Headers): boolean {
		const cookie = cookieOf(headers.get('cookie'), ADMIN_COOKIE);
		if (token === undefined || cookie === undefined) return false;
		const [expiresAt = ''] = cookie.split('.');
		const [given, right] = [Buffer.from(cookie), Buffer.from(signed(expiresAt))];
		return given.length === right.length && timingSafeEqual(given, right) && Number(expiresAt) > clock.wall();
	}
	const guesses = new Buckets(GUESSES);
	const lockedFor = (address: string) => guesses.wait(networkOf(address), clock.now());
	function attempt(given: string, address: string): 'yes' | NoToken {
		if (lockedFor(address) > 0) return 'locked';
		if (isToken(given)) return 'yes';
		guesses.take(networkOf(address), clock.now());
		return 'wrong';
	}
	function acts(headers: Headers, address: string) {
		if (token === undefined) return 'off';
		const bearer = bearerOf(headers);
		return bearer !== null && !isIdentity(bearer) ? attempt(bearer, address) : isSignedIn(headers) ? 'yes' : 'no';
	}
	const cookie = (value: string, seconds: number, secure: boolean) =>
		`${ADMIN_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure ? '; Secure' : ''}`;
	return {
		configured: token !== undefined,
		open,
		acts,
		reads: (headers, address) => open || acts(headers, address) === 'yes',
		isSignedIn,
		signIn(given, address, secure) {
			const result = attempt(given, address);
			if (result !== 'yes') return { refused: result };
			return { cookie: cookie(signed(String(clock.wall() + LIFETIME)), LIFETIME / 1_000, secure) };
		},
		signOut: (secure) => cookie('', 0, secure),
		lockedFor,
	};
}

/** What `Authorization` carries as a bearer token, or null. */
export function bearerOf(headers: Headers): string | null {
	return /^bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null;
}

const digest = (key: string | Uint8Array, text: string) => new Bun.CryptoHasher('sha256', key).update(text).digest();
