/** The settings of who somebody is: what signs the cookie, and what the surrounding app signs its tokens with. */
import * as v from 'valibot';
import { items } from '../setting.ts';

const SECRET = 32;
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Over plain http anybody on the way could put in a key of their own. */
function isKeysUrl(text: string): boolean {
	const url = URL.parse(text);
	return url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname)));
}

export const identitySettings = {
	IDENTITY_SECRET: v.optional(
		v.pipe(
			items,
			v.check(
				(secrets) => secrets.length > 0 && secrets.every((secret) => secret.length >= SECRET),
				`expected ${SECRET} characters or more each, such as \`openssl rand -hex 32\` prints, with commas between several`,
			),
		),
	),
	JWT_SECRET: v.optional(
		v.pipe(v.string(), v.minBytes(SECRET, `expected ${SECRET} bytes or more, such as \`openssl rand -hex 32\` prints`)),
	),
	JWKS_URL: v.optional(v.pipe(v.string(), v.check(isKeysUrl, 'expected an https address, or an http one of this machine'))),
	JWT_ISSUER: v.optional(v.string()),
	JWT_AUDIENCE: v.optional(v.string()),
};

const settings = v.object(identitySettings);

export function readIdentityOptions(e: v.InferOutput<typeof settings>) {
	return {
		/** The first signs identities, all verify. @default one is made and kept in the data folder */
		identitySecrets: e.IDENTITY_SECRET,
		/** What the surrounding app's tokens are verified with, and must say. @default none is taken */
		jwt: { secret: e.JWT_SECRET, keysUrl: e.JWKS_URL, issuer: e.JWT_ISSUER, audience: e.JWT_AUDIENCE },
	};
}
