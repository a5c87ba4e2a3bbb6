/** Tokens of the surrounding app: JWTs that it signs with a secret of ours, or with keys that it publishes. */
import {
	createRemoteJWKSet,
	customFetch,
	decodeProtectedHeader,
	errors,
	type JWTPayload,
	type JWTVerifyOptions,
	jwtVerify,
} from 'jose';
import * as v from 'valibot';
import type { Clock } from '../../clock.ts';
import type { Report } from '../errors.ts';
import type { Identity } from '../identity.ts';
import { nameFrom } from './names.ts';

/** The longest token that is looked at, in bytes. */
const TOKEN_BYTES = 8_192;
/** For the keys to come, and until they are asked for again after they did not, in milliseconds. */
const KEYS_TIMEOUT = 5_000;
const KEYS_PAUSE = 5_000;
/** Algorithms of published keys. What is signed with a secret is never looked up among them, nor the other way round. */
const PUBLISHED: ReadonlySet<string> = new Set(['RS256', 'ES256', 'PS256', 'EdDSA', 'Ed25519']);

const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
/** Ids are keys of objects and parts of log lines. One that begins with `$` is the server's own. */
const personId = v.pipe(
	v.string(),
	v.regex(/^(?!\$)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,128}$/u),
	v.maxLength(128),
	v.check((id) => id.trim() !== '' && !FORBIDDEN.has(id)),
);
const keySet = v.looseObject({ keys: v.array(v.looseObject({ kty: v.string() })) });
const claims = v.object({
	sub: personId,
	exp: v.pipe(v.number(), v.finite()),
	iat: v.optional(v.pipe(v.number(), v.finite()), 0),
	name: v.optional(v.unknown()),
});

export interface TokenOptions {
	/** For HS256. */
	secret: string | undefined;
	/** Where the app publishes its keys. */
	keysUrl: string | undefined;
	issuer: string | undefined;
	audience: string | undefined;
}

export class Tokens {
	readonly #options: TokenOptions;
	readonly #clock: Pick<Clock, 'wall' | 'now'>;
	readonly #report: Report;
	readonly #secret: Uint8Array | undefined;
	readonly #keys: ReturnType<typeof createRemoteJWKSet> | undefined;
	/** When the keys could last not be had. */
	#failedAt = Number.NEGATIVE_INFINITY;

	constructor(options: TokenOptions, clock: Pick<Clock, 'wall' | 'now'>, report: Report) {
		this.#options = options;
		this.#clock = clock;
		this.#report = report;
		this.#secret = options.secret === undefined ? undefined : new TextEncoder().encode(options.secret);
		this.#keys =
			options.keysUrl === undefined
				? undefined
				: createRemoteJWKSet(new URL(options.keysUrl), { timeoutDuration: KEYS_TIMEOUT, [customFetch]: this.#fetchKeys });
	}

	/** Whether a bearer token is to be judged here: it looks like a JWT, and there is something to judge one by. */
	takes(bearer: string): boolean {
		return (this.#secret !== undefined || this.#keys !== undefined) && LOOKS.test(bearer);
	}

	/** Whom a token names, or null when it is not good for whatever reason. Never rejects: keys that cannot be had are reported. */
	async verify(token: string): Promise<Identity | null> {
		if (token.length > TOKEN_BYTES || !this.takes(token)) return null;
		try {
			const payload = await this.#payload(token, algorithmOf(token));
			const { success, output } = v.safeParse(claims, payload);
			if (!success) return null;
			const { sub, name, iat, exp } = output;
			return { user: { id: sub, name: nameFrom(name) }, issuedAt: iat * 1_000, expiresAt: exp * 1_000 };
		} catch (error) {
			if (!(error instanceof errors.JOSEError || error instanceof Unavailable)) this.#report('token', error);
			return null;
		}
	}

	/** The header chooses only among what is configured: each algorithm has one kind of key. */
	async #payload(token: string, alg: string): Promise<JWTPayload | null> {
		const options: JWTVerifyOptions = {
			algorithms: [alg],
			requiredClaims: ['sub', 'exp'],
			currentDate: new Date(this.#clock.wall()),
			...(this.#options.issuer !== undefined && { issuer: this.#options.issuer }),
			...(this.#options.audience !== undefined && { audience: this.#options.audience }),
		};
		if (alg === 'HS256' && this.#secret) return (await jwtVerify(token, this.#secret, options)).payload;
		if (PUBLISHED.has(alg) && this.#keys) return (await jwtVerify(token, this.#keys, options)).payload;
		return null;
	}

	/** Says once that they cannot be had; and whoever brings tokens must not make us ask all the time. */
	#fetchKeys = async (url: string, init: RequestInit): Promise<Response> => {
		if (this.#clock.now() - this.#failedAt < KEYS_PAUSE) throw new Unavailable();
		try {
			const response = await fetch(url, init);
			if (response.status !== 200) throw new Error(`it answered ${response.status}`);
			return Response.json(v.parse(keySet, await response.json()));
		} catch (cause) {
			this.#failedAt = this.#clock.now();
			this.#report('jwks', new Error(`no keys from JWKS_URL, so tokens signed with them are refused: ${cause}`, { cause }));
			throw new Unavailable();
		}
	};
}

/** The keys cannot be had, which was said. */
class Unavailable extends Error {}

/** Three parts of base64url, the first of which is an object in JSON. */
const LOOKS = /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/;

/** What the header says, or nothing where it is none. */
function algorithmOf(token: string): string {
	try {
		return decodeProtectedHeader(token).alg ?? '';
	} catch {
		return ''; // no algorithm of ours: refused like any other
	}
}
