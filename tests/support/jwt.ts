/** The surrounding app of a test: signs tokens with a secret or with keys that it publishes, and changes those keys. */
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export const JWT_SECRET = 'the app and this server share these characters';

/** Seconds since 1970, as tokens count them, of a wall time in milliseconds. */
export const seconds = (wall: number) => Math.floor(wall / 1_000);

/** A token that is signed with the shared secret, unless told otherwise. */
export function signToken(payload: JWTPayload, { alg = 'HS256', secret = JWT_SECRET }: { alg?: string; secret?: string } = {}) {
	return new SignJWT(payload).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
}

/** A token of any header and payload with a signature that is given: what a forger writes. */
export function forge(header: object, payload: object, signature = ''): string {
	const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
	return `${part(header)}.${part(payload)}.${signature}`;
}

export type PublishedAlgorithm = 'RS256' | 'ES256' | 'PS256' | 'EdDSA';

/** An app with keys of its own behind an address. */
export class KeyServer {
	readonly #server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => this.#answer() });
	readonly #keys: { alg: PublishedAlgorithm; kid: string; pair: CryptoKeyPair }[] = [];
	#published: object[] = [];
	/** What it answers in place of its keys. */
	broken: (() => Response) | null = null;
	asked = 0;

	get url(): string {
		return `http://127.0.0.1:${this.#server.port}/keys`;
	}

	/** From now on it signs with this key, and publishes it beside those of before; `alone`: in their place. */
	async rotate(alg: PublishedAlgorithm, { alone = false } = {}): Promise<CryptoKey> {
		const pair = await generateKeyPair(alg, { extractable: true });
		const kid = `key-${this.#keys.length + 1}`;
		this.#keys.push({ alg, kid, pair });
		const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' };
		this.#published = alone ? [jwk] : [...this.#published, jwk];
		return pair.publicKey;
	}

	/** Signs with the newest key of the algorithm. */
	sign(payload: JWTPayload, alg: PublishedAlgorithm): Promise<string> {
		const key = this.#keys.findLast((each) => each.alg === alg);
		if (!key) throw new Error(`no key for ${alg}`);
		return new SignJWT(payload).setProtectedHeader({ alg, kid: key.kid }).sign(key.pair.privateKey);
	}

	close() {
		return this.#server.stop(true);
	}

	#answer(): Response {
		this.asked += 1;
		return this.broken?.() ?? Response.json({ keys: this.#published });
	}
}
