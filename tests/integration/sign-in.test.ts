/** Signing in as the operator over HTTP: who gets the cookie, what it opens, and how guessing ends. */
import { afterEach, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcessOptions, startInProcess } from '../support/in-process.ts';
import { range } from './rooms.ts';

const token = 'correct-horse-battery';
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0)) await close();
});

async function start({ env = {}, ...options }: InProcessOptions = {}) {
	const server = await startInProcess({ ...options, env: { ADMIN_TOKEN: token, ...env } });
	closing.push(server.close);
	const ask = (init: RequestInit) => fetch(`${server.url}/api/websocket/session`, init);
	return {
		...server,
		ask,
		signIn: (given: unknown, headers = {}) => ask({ method: 'POST', body: JSON.stringify({ token: given }), headers }),
	};
}
const told = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code];

describe('signing in', () => {
	it('the token -> 204 and a cookie that makes its browser the operator, until it signs out', async () => {
		const { realtime, signIn, ask, url } = await start();
		const answer = await signIn(token);
		expect(answer.status).toBe(204);
		expect(answer.headers.get('cache-control')).toBe('no-store');
		const [cookie = ''] = answer.headers.getSetCookie();
		expect(cookie).toContain('; HttpOnly; SameSite=Strict; Max-Age=43200');
		expect(cookie).not.toContain('Secure');
		const asks = (headers: Record<string, string>) => realtime.administration(new Request(url, { headers }));
		expect(asks({ cookie: cookie.split(';')[0] ?? '' })).toEqual({ reads: true, acts: true, configured: true });
		expect(asks({})).toEqual({ reads: false, acts: false, configured: true });
		const out = await ask({ method: 'DELETE' });
		expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('holdfast_admin=; ')]);
	});

	it('on https -> the cookie is Secure', async () => {
		const { signIn } = await start({ env: { ORIGIN: 'https://chat.example.com' } });
		expect((await signIn(token)).headers.get('set-cookie')).toEndWith('; Secure');
	});

	it('a wrong token -> 401, counted, without a cookie and without a word of either', async () => {
		const { realtime, signIn } = await start();
		const answer = await signIn(`${token}x`);
		expect(answer.headers.get('set-cookie')).toBeNull();
		expect(answer.status).toBe(401);
		expect(await answer.text()).not.toContain(token);
		expect(realtime.incidents().history.at(-1)).toMatchObject({ kind: 'refusal', cause: 'unauthenticated', transport: 'http' });
	});

	it.each([
		['not json', 400],
		['"text"', 400],
		['{"token":1}', 400],
		['', 400],
		['x'.repeat(5_000), 413],
	])('%.20s -> %d', async (body, status) => {
		const { ask } = await start();
		expect((await ask({ method: 'POST', body })).status).toBe(status);
	});

	it('no token configured -> 404, in development as well', async () => {
		for (const development of [false, true]) {
			const { signIn, ask, realtime, url } = await start({ env: { ADMIN_TOKEN: '' }, development });
			expect(await told(await signIn(''))).toEqual([404, 'forbidden']);
			expect(await told(await ask({ method: 'DELETE' }))).toEqual([404, 'forbidden']);
			expect(realtime.administration(new Request(url))).toEqual({ reads: development, acts: false, configured: false });
		}
	});

	it('from a page elsewhere -> 403, even from one that may connect, and no leave to read anything', async () => {
		const friend = 'https://friend.example';
		const { signIn, ask, url } = await start({ env: { ALLOWED_ORIGINS: friend } });
		for (const headers of [{ origin: friend }, { origin: 'null' }, { 'sec-fetch-site': 'same-site' }]) {
			const answer = await signIn(token, headers);
			expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
			expect(answer.headers.get('access-control-allow-origin')).toBeNull();
		}
		const preflight = await ask({ method: 'OPTIONS', headers: { origin: friend } });
		expect([preflight.headers.get('allow'), preflight.headers.get('access-control-allow-origin')]).toEqual([
			'POST, DELETE',
			null,
		]);
		expect((await signIn(token, { origin: url })).status).toBe(204);
	});
});

describe('guessing', () => {
	it('ten wrong tokens -> 429 for that address, also for the right one, until it has waited; nobody else notices', async () => {
		const clock = new FakeClock();
		const { signIn } = await start({ clock, env: { TRUSTED_PROXIES: '127.0.0.1' } });
		const from = (address: string) => ({ 'x-forwarded-for': address });
		for (const n of range(1, 10)) expect((await signIn(`guess number ${n}`, from('192.0.2.1'))).status).toBe(401);
		const locked = await signIn(token, from('192.0.2.1'));
		expect([locked.status, locked.headers.get('retry-after')]).toEqual([429, '10']);
		expect((await signIn(token, from('192.0.2.2'))).status).toBe(204);
		await clock.advance(10_000);
		expect((await signIn(token, from('192.0.2.1'))).status).toBe(204);
	});
});

describe('addresses', () => {
	it('unknown ones below /api/websocket/ -> 404 with a frame; the WebSocket’s own is none of them', async () => {
		const { url } = await start();
		for (const path of ['nothing', 'healt', '', 'metrics/reset/x']) {
			const answer = await fetch(`${url}/api/websocket/${path}`);
			expect(await told(answer)).toEqual([404, 'bad-frame']);
		}
		expect((await fetch(`${url}/api/websocket`)).status).toBe(426);
	});

	it('another method -> 405 and those that it takes', async () => {
		const { url } = await start();
		const asked = [
			['/api/websocket/session', 'GET', 'POST, DELETE'],
			['/readyz', 'POST', 'GET, HEAD'],
		] as const;
		for (const [path, method, allow] of asked) {
			const answer = await fetch(url + path, { method });
			expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
		}
	});
});
