/** Who operates this server: whoever brings `ADMIN_TOKEN`, as a bearer token or as the cookie that it was exchanged for. */
import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { cookieOf } from './identity.ts';
import { Buckets } from './token-bucket.ts';

const ADMIN_COOKIE = 'holdfast_admin';
/** How long somebody stays signed in, in milliseconds. */
const LIFETIME = 12 * 3_600_000;
/** Wrong tokens of an address: some at once, for typing errors, then one each ten seconds. */
const GUESSES = { perSecond: 0.1, burst: 10 };

export interface Admin {
	/** Whether there is a token at all: without one nobody can do anything. */
	configured: boolean;
	/** Whether a request may see names, addresses, rooms and ids. */
	reads(headers: Headers): boolean;
	/** Whether it may do something: `no` without the token or with a wrong one, `off` where none is configured. */
	acts(headers: Headers): 'yes' | 'no' | 'off';
	/** The `Set-Cookie` that stands for the token for 12 hours; null when it is not the token. */
	signIn(token: string, secure: boolean): string | null;
	/** The `Set-Cookie` that takes it back from this browser. To sign everybody out, change the token. */
	signOut(secure: boolean): string;
	/** Milliseconds for which no token of this address is looked at: it has brought too many wrong ones. */
	lockedFor(address: string): number;
	/** Counts a wrong one. */
	guessed(address: string): void;
}

/** @param open who looks need not bring the token: development */
export function createAdmin(
	{ token, open }: { token: string | undefined; open: boolean },
	clock: Pick<Clock, 'wall' | 'now'>,
): Admin {
	// Of random keys, so that neither how long they are nor where they first differ shows in the time that a comparison takes.
	const key = crypto.getRandomValues(new Uint8Array(32));
	const expected = digest(key, token ?? '');
	const isToken = (given: string) => token !== undefined && timingSafeEqual(digest(key, given), expected);

	const signed = (expiresAt: string) =>
		`${expiresAt}.${digest(token ?? key, `${ADMIN_COOKIE}.${expiresAt}`).toString('base64url')}`;
	function isSignedIn(cookie: string | undefined): boolean {
		if (cookie === undefined) return false;
		const [expiresAt = ''] = cookie.split('.');
		const [given, right] = [Buffer.from(cookie), Buffer.from(signed(expiresAt))];
		return given.length === right.length && timingSafeEqual(given, right) && Number(expiresAt) > clock.wall();
	}
	function acts(headers: Headers) {
		if (token === undefined) return 'off';
		const bearer = bearerOf(headers);
		if (bearer !== null && isToken(bearer)) return 'yes';
		return isSignedIn(cookieOf(headers.get('cookie'), ADMIN_COOKIE)) ? 'yes' : 'no';
	}
	const guesses = new Buckets(GUESSES);
	const cookie = (value: string, seconds: number, secure: boolean) =>
		`${ADMIN_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure ? '; Secure' : ''}`;
	return {
		configured: token !== undefined,
		acts,
		reads: (headers) => open || acts(headers) === 'yes',
		signIn: (given, secure) =>
			isToken(given) ? cookie(signed(String(clock.wall() + LIFETIME)), LIFETIME / 1_000, secure) : null,
		signOut: (secure) => cookie('', 0, secure),
		lockedFor: (address) => guesses.wait(address, clock.now()),
		guessed: (address) => void guesses.take(address, clock.now()),
	};
}

/** What `Authorization` carries as a bearer token, or null. */
export function bearerOf(headers: Headers): string | null {
	return /^bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null;
}

const digest = (key: string | Uint8Array, text: string) => new Bun.CryptoHasher('sha256', key).update(text).digest();
