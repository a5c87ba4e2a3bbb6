/** Who may come in: identities, origins, and what an upgrade that is none is told. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { createIdentities } from '../../src/lib/server/identity.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, identify, startInProcess } from '../support/in-process.ts';
import { RawPeer } from '../support/raw-peer.ts';

const secret = 'a secret of more than thirty-two characters';
const clock = new FakeClock();
let server: InProcess;
beforeAll(async () => {
	server = await startInProcess({ clock, env: { IDENTITY_SECRET: secret, ALLOWED_ORIGINS: 'https://friend.example' } });
});
afterAll(() => server.close());

const post = (body: BodyInit | null, headers: Record<string, string> = {}) =>
	fetch(`${server.url}/api/identity`, { method: 'POST', body, headers });
async function codeFor(cookie: string) {
	const peer = new RawPeer(server.url, { cookie });
	await peer.opened;
	peer.send(peer.greeting());
	const first = await peer.next(() => true);
	peer.close();
	return first.type === 'error' ? (await peer.closed).code : first.type;
}

describe('identity', () => {
	it('a name -> a person, and a cookie that scripts cannot read', async () => {
		const { user, setCookie, expiresAt, cookie } = await identify(server.url, '  Ann  ');
		expect(user.name).toBe('Ann');
		expect(expiresAt).toBeGreaterThan(clock.wall());
		expect(setCookie).toMatch(/^holdfast_identity=\S+; Path=\/; HttpOnly; SameSite=Lax; Expires=/);
		expect(setCookie).not.toContain('Secure');
		expect(await codeFor(cookie)).toBe('welcome');
		expect(await codeFor(`theme=dark; ${cookie}; other=1`)).toBe('welcome');
	});

	it('with a valid cookie the person is renamed and keeps the id', async () => {
		const first = await identify(server.url, 'Ann');
		const renamed = await identify(server.url, 'Anna', { cookie: first.cookie });
		expect(renamed.user).toEqual({ id: first.user.id, name: 'Anna' });
		const peer = new RawPeer(server.url, { cookie: renamed.cookie });
		expect((await peer.hello()).user).toEqual(renamed.user);
		peer.close();
		const kept = await post('{}', { cookie: renamed.cookie });
		expect(await kept.json()).toMatchObject({ user: renamed.user });
	});

	it('without a name somebody new gets one', async () => {
		for (const body of [null, '{}']) {
			const answer = await post(body);
			expect(answer.status).toBe(200);
			expect(await answer.json()).toMatchObject({ user: { name: expect.stringMatching(/\w+ \w+/) } });
		}
	});

	it('a forged cookie is nobody: 4001, and no rename', async () => {
		const { cookie, user } = await identify(server.url, 'Ann');
		const [payload = '', signature = ''] = cookie.replace('holdfast_identity=', '').split('.');
		const claims = Buffer.from(JSON.stringify({ ...user, name: 'Admin', exp: 9e15 })).toString('base64url');
		const stranger = createIdentities(['another secret of more than thirty-two characters'], clock.wall).issue(user).token;
		const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
		const forged = [
			`${claims}.${signature}`,
			stranger,
			payload,
			`${payload}.`,
			`${payload}.${flipped}`,
			`.${signature}`,
			'x.y',
			'',
		];
		for (const token of forged) {
			expect(await codeFor(`holdfast_identity=${token}`)).toBe(4001);
			const answer = await post('{"name":"Bob"}', { cookie: `holdfast_identity=${token}` });
			expect((await answer.json()).user.id).not.toBe(user.id);
		}
	});

	it('an expired cookie is nobody', async () => {
		const { token } = createIdentities([secret], () => clock.wall() - 366 * 86_400_000).issue({ id: 'late', name: 'Late' });
		expect(await codeFor(`holdfast_identity=${token}`)).toBe(4001);
		const { token: fresh } = createIdentities([secret], clock.wall).issue({ id: 'late', name: 'Late' });
		expect(await codeFor(`holdfast_identity=${fresh}`)).toBe('welcome');
	});

	const wrong = ['no json', 'null', '7', '"Ann"', '{"name":7}', '{"name":""}', '{"name":"  "}', `{"name":"${'x'.repeat(41)}"}`];
	it.each([...wrong, '{"name":"a\\u202eb"}', '{"name":"a\\nb"}', '{"name":null}'])(
		'the body %s -> 400 with the error frame',
		async (body) => {
			const answer = await post(body);
			expect(answer.status).toBe(400);
			expect(answer.headers.get('set-cookie')).toBeNull();
			expect(await answer.json()).toMatchObject({ type: 'error', code: 'invalid-data', fatal: true });
		},
	);

	it('a body of more than 4 096 bytes -> 413; 40 code points are a name', async () => {
		const answer = await post(JSON.stringify({ name: 'Ann', pad: 'x'.repeat(5_000) }));
		expect(answer.status).toBe(413);
		expect(await answer.json()).toMatchObject({ code: 'too-large', class: 'payload', closeCode: 4008 });
		// Without a length announced, what comes too much is not waited for.
		let sent = 0;
		const endless = new ReadableStream<Uint8Array>({
			pull(controller) {
				sent += 1;
				if (sent > 10_000) controller.error(new Error('the server reads on and on'));
				else controller.enqueue(new Uint8Array(4_096).fill(120));
			},
		});
		const refused = await post(endless).then(
			({ status }) => status,
			() => 'cut off',
		);
		expect([413, 'cut off']).toContain(refused);
		expect(sent).toBeLessThan(10_000);
		expect((await identify(server.url, '🌊'.repeat(40))).user.name).toBe('🌊'.repeat(40));
	});
});

async function upgrade(url: string, headers: Record<string, string>): Promise<number> {
	const handshake = {
		upgrade: 'websocket',
		connection: 'Upgrade',
		'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
		'sec-websocket-version': '13',
	};
	const peer = new RawPeer(url, { headers });
	const opened = await peer.opened.then(
		() => true,
		() => false,
	);
	peer.close();
	if (opened) return 101;
	return (await fetch(`${url}/api/websocket`, { headers: { ...handshake, ...headers } })).status;
}

describe('origins', () => {
	const host = () => new URL(server.url).host;
	const good = () => [`http://${host()}`, `https://${host()}`, 'https://friend.example'];
	const bad = () => [
		'null',
		'https://evil.example',
		`http://${host()}.evil.example`,
		`http://evil.${host()}`,
		'http://127.0.0.1',
		`http://${host()}/`,
		'https://friend.example.evil.example',
		'https://sub.friend.example',
		'http://friend.example',
		'https://friend.example:8443',
		'HTTPS://FRIEND.EXAMPLE',
		'https://friend.example, https://evil.example',
		'',
	];

	it('the app’s own and ALLOWED_ORIGINS pass, and who sends none', async () => {
		expect(await upgrade(server.url, {})).toBe(101);
		for (const origin of good()) {
			expect([origin, await upgrade(server.url, { origin })]).toEqual([origin, 101]);
			expect((await post('{}', { origin })).status).toBe(200);
		}
	});

	it('every other gets 403 with the error frame, on upgrade and on POST', async () => {
		for (const origin of bad()) {
			expect([origin, await upgrade(server.url, { origin })]).toEqual([origin, 403]);
			const answer = await post('{}', { origin });
			expect([origin, answer.status]).toEqual([origin, 403]);
			expect(await answer.json()).toMatchObject({ type: 'error', code: 'forbidden', class: 'forbidden', closeCode: 4003 });
		}
	});

	it('X-Forwarded-Host makes an origin one’s own only when a trusted proxy says so', async () => {
		const headers = { origin: 'https://chat.example', 'x-forwarded-host': 'chat.example', 'x-forwarded-proto': 'https' };
		expect(await upgrade(server.url, headers)).toBe(403);
		const behind = await startInProcess({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
		expect(await upgrade(behind.url, headers)).toBe(101);
		expect(await upgrade(behind.url, { ...headers, origin: 'https://evil.example' })).toBe(403);
		expect((await identify(behind.url, 'Ann', headers)).setCookie).toEndWith('; Secure');
		await behind.close();
		const elsewhere = await startInProcess({ env: { TRUSTED_PROXIES: '10.0.0.0/8' } });
		expect(await upgrade(elsewhere.url, headers)).toBe(403);
		await elsewhere.close();
	});

	it('with ORIGIN set, what Host says counts no more', async () => {
		const fixed = await startInProcess({ env: { ORIGIN: 'https://chat.example' } });
		expect(await upgrade(fixed.url, { origin: 'https://chat.example' })).toBe(101);
		expect(await upgrade(fixed.url, { origin: fixed.url })).toBe(403);
		expect((await identify(fixed.url, 'Ann')).setCookie).toEndWith('; Secure');
		await fixed.close();
	});
});

describe('requests that are no upgrade', () => {
	it.each([{}, { upgrade: 'websocket' }, { connection: 'upgrade' }, { upgrade: 'h2c', connection: 'Upgrade' }])(
		'%j -> 426',
		async (headers) => {
			const answer = await fetch(`${server.url}/api/websocket`, { headers: new Headers(Object.entries(headers)) });
			expect(answer.status).toBe(426);
			expect(answer.headers.get('upgrade')).toBe('websocket');
			expect(answer.headers.get('cache-control')).toBe('no-store, no-transform');
			expect(await answer.json()).toMatchObject({ type: 'error', code: 'bad-frame', class: 'protocol', fatal: true });
		},
	);
});
