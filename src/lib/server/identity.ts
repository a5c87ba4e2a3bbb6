/** Who somebody is: a signed cookie that the server alone can make. */
import { timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { User } from '../protocol/frames.ts';
import { USER_NAME_LENGTH } from '../protocol/limits.ts';

export const IDENTITY_COOKIE = 'holdfast_identity';
/** How long a guest stays the same person without coming back, in milliseconds. */
const LIFETIME = 365 * 86_400_000;

/** Tokens that were found to be good and are remembered: over HTTP each request brings one. */
const VERIFIED = 10_000;

const claims = v.object({ id: v.pipe(v.string(), v.minLength(1)), name: v.string(), exp: v.number() });

/** A person's name: 1 to 40 code points, no control or direction-changing characters, blanks at its ends cut off. */
export const userName = v.pipe(
	v.string('expected a name as text'),
	v.trim(),
	v.nonEmpty('a name has at least one character'),
	v.check((name) => [...name].length <= USER_NAME_LENGTH, `a name has at most ${USER_NAME_LENGTH} characters`),
	v.regex(/^[^\p{Cc}\p{Zl}\p{Zp}\u200b\u202a-\u202e\u2066-\u2069]*$/u, 'a name has no control characters'),
);

export interface Issued {
	user: User;
	/** The cookie's value. */
	token: string;
	/** Wall time, milliseconds since 1970. */
	expiresAt: number;
}

export interface Identities {
	/** A signed identity for a person, known or new. */
	issue(user: User): Issued;
	/** A new guest with a name of our choosing. */
	guest(): Issued;
	/** The person behind a cookie's value, or null when it is absent, forged or expired. */
	verify(token: string | undefined): User | null;
	/** The person behind a request's `Cookie` header. */
	fromCookie(header: string | null): User | null;
}

export function createIdentities(secret: string, wall: () => number): Identities {
	const signed = (payload: string) =>
		`${payload}.${new Bun.CryptoHasher('sha256', secret).update(payload).digest().toString('base64url')}`;

	const issue = (user: User): Issued => {
		const expiresAt = wall() + LIFETIME;
		const payload = Buffer.from(JSON.stringify({ ...user, exp: expiresAt })).toString('base64url');
		return { user, token: signed(payload), expiresAt };
	};
	const verified = new Map<string, v.InferOutput<typeof claims>>();
	const verify = (token: string | undefined): User | null => {
		const known = token === undefined ? null : (verified.get(token) ?? check(token));
		return known && known.exp > wall() ? { id: known.id, name: known.name } : null;
	};
	const check = (token: string) => {
		const [payload = ''] = token.split('.');
		// As texts: of a token that is spelled in many ways one person could have thousands remembered.
		const [given, expected] = [Buffer.from(token), Buffer.from(signed(payload))];
		if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
		const { success, output } = v.safeParse(claims, parse(Buffer.from(payload, 'base64url').toString()));
		if (!success) return null;
		if (verified.size >= VERIFIED) verified.clear();
		verified.set(token, output);
		return output;
	};
	return {
		issue,
		verify,
		guest: () => issue({ id: crypto.randomUUID(), name: guestName() }),
		fromCookie: (header) => verify(cookieOf(header, IDENTITY_COOKIE)),
	};
}

/** The secret kept in the data folder, made at the first start, readable by the owner alone. */
export function keptSecret(dataDir: string): string {
	const path = join(dataDir, 'identity.secret');
	mkdirSync(dataDir, { recursive: true });
	if (!existsSync(path))
		writeFileSync(path, Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex'), { mode: 0o600, flush: true });
	const secret = readFileSync(path, 'utf8').trim();
	if (secret.length < 32)
		throw new Error(`${path} is damaged: delete it to make a new one (guests become new people), or set IDENTITY_SECRET`);
	return secret;
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

const moods = ['Bright', 'Brisk', 'Calm', 'Clear', 'Keen', 'Kind', 'Merry', 'Quick', 'Quiet', 'Steady', 'Sunny', 'Warm'];
const dwellers = [
	'Auk',
	'Cod',
	'Coral',
	'Crab',
	'Eider',
	'Gull',
	'Heron',
	'Kelp',
	'Limpet',
	'Otter',
	'Pearl',
	'Plover',
	'Seal',
	'Tern',
	'Whelk',
	'Wrasse',
];
const pick = (words: string[]) => words[Math.floor(Math.random() * words.length)];
const guestName = () => `${pick(moods)} ${pick(dwellers)}`;
