/** Tokens of the surrounding app: which are good, which are refused, and what happens when its keys change or cannot be had. */
import { afterEach, describe, expect, it } from 'bun:test';
import { exportSPKI } from 'jose';
import { type TokenOptions, Tokens } from '../../../../src/lib/server/identity/tokens.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { forge, JWT_SECRET, KeyServer, type PublishedAlgorithm, seconds, signToken } from '../../../support/jwt.ts';

const none: TokenOptions = { secret: undefined, keysUrl: undefined, issuer: undefined, audience: undefined };
const servers: KeyServer[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await server.close();
});
async function start(options: Partial<TokenOptions> = { secret: JWT_SECRET }) {
	const clock = new FakeClock();
	const reports: string[] = [];
	const keys = new KeyServer();
	servers.push(keys);
	const keysUrl = options.keysUrl === 'served' ? keys.url : options.keysUrl;
	const tokens = new Tokens({ ...none, ...options, keysUrl }, clock, (where, error) => reports.push(`${where}: ${error}`));
	const now = seconds(clock.wall());
	return { tokens, clock, reports, keys, now, ann: { sub: 'ann', name: 'Ann', iat: now, exp: now + 60 } };
}
const served = { keysUrl: 'served' };
const HS256 = { alg: 'HS256', typ: 'JWT' };

describe('a token that is good', () => {
	it('HS256 -> the person, since when and until when, in milliseconds', async () => {
		const { tokens, ann, now } = await start();
		expect(await tokens.verify(await signToken(ann))).toEqual({
			user: { id: 'ann', name: 'Ann' },
			issuedAt: now * 1_000,
			expiresAt: (now + 60) * 1_000,
		});
	});

	it.each(['RS256', 'ES256', 'PS256', 'EdDSA'] as const)('%s by a published key -> the person', async (alg) => {
		const { tokens, keys, ann } = await start(served);
		await keys.rotate(alg);
		expect((await tokens.verify(await keys.sign(ann, alg)))?.user).toEqual({ id: 'ann', name: 'Ann' });
	});

	it.each([
		[undefined, 'Guest'],
		['', 'Guest'],
		[7, 'Guest'],
		['\u202e\u200b', 'Guest'],
		['  Ann\u202e Example\n', 'Ann Example'],
		['x'.repeat(200), 'x'.repeat(40)],
		['👩‍💻 Ada', '👩‍💻 Ada'],
	])('the name %j -> %j', async (name, expected) => {
		const { tokens, ann } = await start();
		expect((await tokens.verify(await signToken({ ...ann, name })))?.user.name).toBe(expected);
	});

	it('issuer and audience, where they are set, are those', async () => {
		const { tokens, ann } = await start({ secret: JWT_SECRET, issuer: 'https://app.example', audience: 'chat' });
		const claims = { ...ann, iss: 'https://app.example', aud: ['mail', 'chat'] };
		expect(await tokens.verify(await signToken(claims))).not.toBeNull();
		for (const wrong of [{ iss: 'https://evil.example' }, { iss: undefined }, { aud: 'mail' }, { aud: undefined }])
			expect([wrong, await tokens.verify(await signToken({ ...claims, ...wrong }))]).toEqual([wrong, null]);
	});
});

describe('a token that is refused', () => {
	it.each<[string, Record<string, unknown>]>([
		['expired', { exp: -1 }],
		['not yet good', { nbf: 30 }],
	])('%s, by the server’s own clock', async (_, times) => {
		const { tokens, ann, now } = await start();
		const shifted = Object.fromEntries(Object.entries(times).map(([name, by]) => [name, now + Number(by)]));
		expect(await tokens.verify(await signToken({ ...ann, ...shifted }))).toBeNull();
	});

	it.each<[string, Record<string, unknown>]>([
		['without `exp`', { exp: undefined }],
		['without `sub`', { sub: undefined }],
		['with an empty `sub`', { sub: '' }],
		['of a blank', { sub: ' ' }],
		['of a `sub` that is too long', { sub: 'x'.repeat(129) }],
		['of a line', { sub: 'a\nb' }],
		['of the server', { sub: '$server' }],
		['of a prototype', { sub: '__proto__' }],
		['of a constructor', { sub: 'constructor' }],
	])('%s', async (_, claims) => {
		const { tokens, ann, reports } = await start();
		expect(await tokens.verify(await signToken({ ...ann, ...claims }))).toBeNull();
		expect(reports).toEqual([]);
	});

	it('unsigned, forged, cut, of another secret or algorithm, or huge', async () => {
		const { tokens, ann, reports } = await start();
		const good = await signToken(ann);
		const [header = '', payload = '', signature = ''] = good.split('.');
		const bad = [
			forge({ alg: 'none' }, ann),
			forge({ alg: 'None' }, ann, signature),
			forge(HS256, { ...ann, sub: 'bob' }, signature),
			forge(HS256, ann),
			forge({ ...HS256, crit: ['exp'] }, ann, signature),
			forge({ alg: 7 }, ann, signature),
			forge({}, ann, signature),
			forge({ ...HS256, b64: false, crit: ['b64'] }, ann, signature),
			`${header}.${payload}`,
			`${header}.${payload}.`,
			`${header}..${signature}`,
			`${good}.more`,
			`${good}x`,
			await signToken(ann, { secret: 'another secret of more than thirty-two bytes' }),
			await signToken(ann, { alg: 'HS512' }),
			await signToken({ ...ann, more: 'x'.repeat(8_192) }),
			'',
			'..',
			'eyJ..',
		];
		for (const token of bad) expect([token.slice(0, 80), await tokens.verify(token)]).toEqual([token.slice(0, 80), null]);
		expect(reports).toEqual([]);
	});

	it('HS256 with the published key as its secret: the two are never mixed up', async () => {
		const { tokens, keys, ann, reports } = await start(served);
		const publicKey = await keys.rotate('RS256');
		expect(await tokens.verify(await signToken(ann, { secret: await exportSPKI(publicKey) }))).toBeNull();
		const both = await start({ ...served, secret: JWT_SECRET });
		await both.keys.rotate('RS256');
		expect(await both.tokens.verify(await signToken(ann, { secret: await exportSPKI(publicKey) }))).toBeNull();
		expect(await both.tokens.verify(forge({ alg: 'RS256', kid: 'key-1' }, ann, 'AAAA'))).toBeNull();
		expect([...reports, ...both.reports]).toEqual([]);
	});

	it('nothing is configured -> no bearer token is one', async () => {
		const { tokens, ann } = await start(none);
		const token = await signToken(ann);
		expect([tokens.takes(token), await tokens.verify(token)]).toEqual([false, null]);
	});

	it.each(['an admin token', 'a.b.c', 'swordfish.swordfish.swordfish', ''])('%j does not look like one', async (bearer) => {
		const { tokens } = await start();
		expect(tokens.takes(bearer)).toBe(false);
	});
});

describe('published keys', () => {
	const sign = async (keys: KeyServer, alg: PublishedAlgorithm, ann: Parameters<KeyServer['sign']>[0]) => {
		await keys.rotate(alg);
		return keys.sign(ann, alg);
	};

	it('are asked for once, however many come at a time', async () => {
		const { tokens, keys, ann } = await start(served);
		const token = await sign(keys, 'ES256', ann);
		const found = await Promise.all(Array.from({ length: 20 }, () => tokens.verify(token)));
		expect(found.every((identity) => identity?.user.id === 'ann')).toBe(true);
		expect(keys.asked).toBe(1);
	});

	it('a key that is not among them -> refused, and they are not asked for again within the pause', async () => {
		const { tokens, keys, ann } = await start(served);
		const before = await sign(keys, 'ES256', ann);
		expect(await tokens.verify(before)).not.toBeNull();
		const after = await sign(keys, 'ES256', ann);
		for (let attempt = 0; attempt < 5; attempt++) expect(await tokens.verify(after)).toBeNull();
		expect([await tokens.verify(before), keys.asked]).toMatchObject([{ user: { id: 'ann' } }, 1]);
	});

	it('a key that was there when they were first asked for -> good beside the new one', async () => {
		const { tokens, keys, ann } = await start(served);
		const [before, after] = [await sign(keys, 'RS256', ann), await sign(keys, 'RS256', { ...ann, sub: 'bob' })];
		expect((await tokens.verify(before))?.user.id).toBe('ann');
		expect((await tokens.verify(after))?.user.id).toBe('bob');
		const gone = await start(served);
		const old = await sign(gone.keys, 'RS256', ann);
		await gone.keys.rotate('RS256', { alone: true });
		expect(await gone.tokens.verify(old)).toBeNull();
	});

	it.each<[string, () => Response]>([
		['500', () => new Response('', { status: 500 })],
		['a page', () => new Response('<html>')],
		['no keys', () => Response.json({ nothing: [] })],
		['elsewhere', () => Response.redirect('http://127.0.0.1:1/keys')],
	])('%s in their place -> refused, said once, asked again after a pause', async (_, broken) => {
		const { tokens, keys, ann, clock, reports } = await start(served);
		const token = await sign(keys, 'ES256', ann);
		keys.broken = broken;
		for (let attempt = 0; attempt < 3; attempt++) expect(await tokens.verify(token)).toBeNull();
		expect(reports).toEqual([expect.stringContaining('jwks: Error: no keys from JWKS_URL')]);
		keys.broken = null;
		await clock.advance(5_000);
		expect(await tokens.verify(token)).not.toBeNull();
		expect(keys.asked).toBe(2);
	});

	it('nobody listens there -> refused, and said', async () => {
		const { tokens, keys, ann, reports } = await start({ keysUrl: 'http://127.0.0.1:1/keys' });
		expect(await tokens.verify(await sign(keys, 'ES256', ann))).toBeNull();
		expect(reports).toHaveLength(1);
	});
});
