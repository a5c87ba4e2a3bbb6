/** The surrounding app's token as an identity, wherever it may come: who it makes of whoever brings it, and for how long. */
import { afterEach, describe, expect, it } from 'bun:test';
import type { User } from '../../src/lib/protocol/frames.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { HttpPeer } from '../support/http-peer.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { JWT_SECRET, seconds, signToken } from '../support/jwt.ts';
import { helloOf, poll } from '../support/poll.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';

const servers: InProcess[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await server.close();
});
async function start(env: Record<string, string> = {}) {
	const clock = new FakeClock();
	const server = await startInProcess({ clock, env: { JWT_SECRET, ...env } });
	servers.push(server);
	const token = (id: string, lifetime = 60, more: object = {}) => {
		const now = seconds(clock.wall());
		return signToken({ sub: id, name: id.toUpperCase(), iat: now, exp: now + lifetime, ...more });
	};
	const bearer = async (...of: Parameters<typeof token>) => ({ authorization: `Bearer ${await token(...of)}` });
	return { server, clock, token, bearer };
}
const transports = ['websocket', 'events', 'poll'] as const;
type Transport = (typeof transports)[number];
const peerOver = (transport: Transport, url: string, headers: Record<string, string>, query = '') =>
	transport === 'websocket' ? new RawPeer(url, { headers, query }) : new HttpPeer(url, transport, { headers });
const ann: User = { id: 'ann', name: 'ANN' };

describe('a bearer token that is good', () => {
	it.each(transports)('over %s -> that person, whatever cookie came along; what it publishes is theirs', async (transport) => {
		const { server, bearer } = await start();
		const peer = peerOver(transport, server.url, { ...(await bearer('ann')), cookie: await server.cookie('Bob') });
		expect((await peer.hello({ rooms: ['tea'] })).user).toEqual(ann);
		// Whatever a frame says of who it is from.
		const forged = { user: { id: 'bob', name: 'Bob' }, from: 'bob', userId: 'bob', role: 'admin', offset: 99, at: 1 };
		peer.send(peer.message('tea', 'hello', forged));
		expect(await peer.next('message')).toMatchObject({ user: ann, offset: 1, seq: 1 });
		peer.close();
	});

	it('for a ticket -> a WebSocket as that person, for as long as the token says', async () => {
		const { server, bearer, clock } = await start();
		const answer = await fetch(`${server.url}/api/ticket`, { headers: await bearer('ann', 20) });
		const { ticket } = await answer.json();
		const peer = new RawPeer(server.url, { query: `?ticket=${ticket}` });
		expect((await peer.hello()).user).toEqual(ann);
		await clock.advance(21_000);
		expect(await peer.closed).toMatchObject({ code: 4202 });
		// Of a token that ends before the ticket does.
		const short = await (await fetch(`${server.url}/api/ticket`, { headers: await bearer('ann', 5) })).json();
		await clock.advance(6_000);
		const late = new RawPeer(server.url, { query: `?ticket=${short.ticket}` });
		await late.opened;
		late.send(late.greeting());
		expect(await late.closed).toMatchObject({ code: 4001 });
	});

	it('at POST /api/identity -> who that is, without a cookie; another name is changed where the token comes from', async () => {
		const { server, bearer, clock } = await start();
		const ask = async (body: object) =>
			fetch(`${server.url}/api/identity`, { method: 'POST', headers: await bearer('ann'), body: JSON.stringify(body) });
		const answer = await ask({});
		expect(await answer.json()).toEqual({ user: ann, expiresAt: (seconds(clock.wall()) + 60) * 1_000 });
		expect(answer.headers.get('set-cookie')).toBeNull();
		expect((await ask({ name: 'Somebody' })).status).toBe(400);
	});

	it('is no guess at ADMIN_TOKEN, however often it comes', async () => {
		const { server, bearer } = await start({ ADMIN_TOKEN: 'the-token-of-an-operator' });
		const headers = await bearer('ann');
		for (let request = 0; request < 12; request++)
			expect((await poll(server.url, [helloOf('client')], { headers })).status).toBe(200);
		await new RawPeer(server.url, { headers }).hello();
		const operator = { authorization: 'Bearer the-token-of-an-operator' };
		expect((await fetch(`${server.url}/api/websocket/connections`, { headers: operator })).status).toBe(200);
	});
});

describe('a bearer token that is not', () => {
	const bad = async (token: Awaited<ReturnType<typeof start>>['token']) => [
		await token('ann', -1),
		`${await token('ann')}x`,
		await signToken({ sub: 'ann', exp: 9e9 }, { secret: 'x'.repeat(40) }),
		await token('__proto__'),
		'no JWT at all',
	];

	it.each(['JWT_SECRET', 'nothing'])('with %s configured -> 401 and 4001, and no cookie makes up for it', async (configured) => {
		const { server, token } = await start(configured === 'nothing' ? { JWT_SECRET: '' } : {});
		const cookie = await server.cookie('Bob');
		for (const each of [...(await bad(token)), ...(configured === 'nothing' ? [await token('ann')] : [])]) {
			const headers = { authorization: `Bearer ${each}`, cookie };
			const answer = await poll(server.url, [helloOf('client')], { headers });
			expect([each, answer.status, answer.frames]).toEqual([each, 401, [expect.objectContaining({ closeCode: 4001 })]]);
			expect((await fetch(`${server.url}/api/ticket`, { headers })).status).toBe(401);
			const identity = await fetch(`${server.url}/api/identity`, { method: 'POST', headers });
			expect([identity.status, identity.headers.get('set-cookie')]).toEqual([401, null]);
			const peer = new RawPeer(server.url, { headers });
			await peer.opened;
			peer.send(peer.greeting());
			expect(await peer.closed).toMatchObject({ code: 4001 });
		}
	});
});

describe('the end of a token', () => {
	it.each(transports)(
		'T-58 S3: 5 s without another one over %s -> error unauthenticated and 4202 within a second of it',
		async (transport) => {
			const { server, bearer, clock } = await start();
			const headers = await bearer('ann', 5);
			const peer = peerOver(transport, server.url, headers);
			await peer.hello();
			await until(() => server.realtime.counts().connections === 1);
			await clock.advance(4_000);
			expect(server.realtime.counts().connections).toBe(1);
			await clock.advance(2_000);
			expect(await peer.closed).toMatchObject({ code: 4202 });
			if (transport === 'websocket') expect(await peer.next('error')).toMatchObject({ code: 'unauthenticated', fatal: true });
			expect((await poll(server.url, [helloOf('client')], { headers })).status).toBe(401);
		},
	);

	it('renewed in place by `auth` -> lives on until the new one ends, under the new name, which its room hears', async () => {
		const { server, bearer, token, clock } = await start();
		const peer = new RawPeer(server.url, { headers: await bearer('ann', 5) });
		await peer.hello({ rooms: ['tea'] });
		await clock.advance(4_000);
		peer.send({ type: 'auth', token: await token('ann', 10, { name: 'Anna' }) });
		expect(await peer.next('user')).toEqual({ type: 'user', user: { id: 'ann', name: 'Anna' } });
		await clock.advance(8_000);
		await peer.publish('tea', 'still here');
		expect(await peer.next('message')).toMatchObject({ user: { id: 'ann', name: 'Anna' } });
		await clock.advance(3_000);
		expect(await peer.closed).toMatchObject({ code: 4202 });
	});

	it('`auth` with another person’s, a bad one or one that has ended -> error, and everything stays as it was', async () => {
		const { server, bearer, token, clock } = await start();
		const peer = new RawPeer(server.url, { headers: await bearer('ann', 5) });
		await peer.hello();
		const cookie = (await server.cookie('Bob')).replace('holdfast_identity=', '');
		for (const other of [await token('bob'), await token('ann', -1), 'nonsense', `${await token('ann')}x`, cookie, '']) {
			peer.send({ type: 'auth', token: other });
			expect(await peer.next('error')).toMatchObject({ code: 'unauthenticated', class: 'auth', fatal: false });
		}
		expect(peer.isOpen).toBe(true);
		await clock.advance(6_000);
		expect(await peer.closed).toMatchObject({ code: 4202 });
	});

	it('the cookie’s own value is a token for `auth`, too', async () => {
		const { server } = await start();
		const peer = await server.peer('Ann');
		await peer.hello();
		peer.send({ type: 'auth', token: (await server.cookie('Ann')).replace('holdfast_identity=', '') }, { type: 'ping', at: 1 });
		await peer.next('pong');
		peer.send({ type: 'auth', token: 'x' });
		expect(await peer.next('error')).toMatchObject({ code: 'unauthenticated' });
		peer.close();
		await until(() => server.realtime.counts().connections === 0);
	});
});
