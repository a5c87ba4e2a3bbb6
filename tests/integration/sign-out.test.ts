/** Another name, and signing out: what the other connections of the person hear of it, over every transport and after a restart. */
import { afterEach, describe, expect, it } from 'bun:test';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock } from '../support/fake-clock.ts';
import { HttpPeer } from '../support/http-peer.ts';
import { type InProcess, identify, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { JWT_SECRET, seconds, signToken } from '../support/jwt.ts';
import { helloOf, poll } from '../support/poll.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';

const closing: { close(): unknown }[] = [];
afterEach(async () => {
	for (const each of closing.splice(0)) await each.close();
});
async function start(dataDir?: string, clock = new FakeClock()) {
	const server = await startInProcess({ clock, env: { JWT_SECRET }, ...(dataDir !== undefined && { dataDir }) });
	closing.push(server);
	return { server, clock };
}
const peersOf = (server: InProcess, headers: Record<string, string>) => [
	new RawPeer(server.url, { headers }),
	new HttpPeer(server.url, 'events', { headers }),
	new HttpPeer(server.url, 'poll', { headers }),
];
const signOut = (server: InProcess, body: object, headers: Record<string, string>) =>
	fetch(`${server.url}/api/identity/sign-out`, { method: 'POST', body: JSON.stringify(body), headers });
async function codeFor(server: InProcess, options: { headers?: Record<string, string>; query?: string }) {
	const peer = new RawPeer(server.url, options);
	await peer.opened;
	peer.send(peer.greeting());
	const first = await peer.next(() => true);
	if (first.type === 'error') return (await peer.closed).code;
	peer.close();
	return first.type;
}

describe('another name', () => {
	it('reaches the person’s other connections at once, over every transport, and what they send carries it', async () => {
		const { server } = await start();
		const { cookie, user } = await identify(server.url, 'Ann');
		const [socket, events, held] = peersOf(server, { cookie });
		const other = await server.peer('Bob');
		const connected = (count: number) => until(() => server.realtime.counts().connections === count, `${count} listen`);
		for (const peer of [socket, events, held]) await peer?.hello({ rooms: ['tea'] });
		await connected(4);
		// That he comes is the answer to her poll: what follows is heard by the next one.
		await other.hello({ rooms: ['tea'] });
		await held?.next('presence');
		await connected(4);
		const renamed = await identify(server.url, 'Anna', { cookie });
		expect(renamed.user).toEqual({ id: user.id, name: 'Anna' });
		for (const peer of [socket, events, held]) expect(await peer?.next('user')).toEqual({ type: 'user', user: renamed.user });
		socket?.send(socket.message('tea', 'by another name'));
		expect(await other.next('message')).toMatchObject({ user: renamed.user });
		expect(other.frames.some(({ type }) => type === 'user')).toBe(false);
		for (const peer of [socket, events, held, other]) peer?.close();
	});

	it('the same name again -> nobody hears of it', async () => {
		const { server } = await start();
		const { cookie } = await identify(server.url, 'Ann');
		const peer = new RawPeer(server.url, { cookie });
		await peer.hello();
		await identify(server.url, 'Ann', { cookie });
		peer.send({ type: 'ping', at: 1 });
		await peer.next('pong');
		expect(peer.frames.some(({ type }) => type === 'user')).toBe(false);
		peer.close();
	});
});

describe('signing out everywhere', () => {
	it('T-58 S3: every connection ends with 4001; cookie, token and ticket are void; the cookie is taken back', async () => {
		const { server, clock } = await start();
		const { cookie, user } = await identify(server.url, 'Ann');
		const renamed = await identify(server.url, 'Anna', { cookie });
		const { ticket } = await (await fetch(`${server.url}/api/ticket`, { headers: { cookie } })).json();
		const now = seconds(clock.wall());
		const jwt = { authorization: `Bearer ${await signToken({ sub: user.id, iat: now, exp: now + 60 })}` };
		const peers = [...peersOf(server, { cookie }), new RawPeer(server.url, { headers: jwt })];
		const bob = await server.peer('Bob');
		for (const peer of [...peers, bob]) await peer.hello({ rooms: ['tea'] });
		await clock.advance(1_000);

		const answer = await signOut(server, { everywhere: true }, { cookie: renamed.cookie });
		expect(await answer.json()).toEqual({ signedOut: 'everywhere' });
		expect(answer.headers.get('set-cookie')).toMatch(/^holdfast_identity=; Path=\/; HttpOnly; SameSite=Lax; Max-Age=0/);
		for (const peer of peers) expect(await peer.closed).toMatchObject({ code: 4001 });
		expect(bob.isOpen).toBe(true);
		expect(await codeFor(server, { headers: { cookie } })).toBe(4001);
		expect(await codeFor(server, { headers: { cookie: renamed.cookie } })).toBe(4001);
		expect(await codeFor(server, { headers: jwt })).toBe(4001);
		expect(await codeFor(server, { query: `?ticket=${ticket}` })).toBe(4001);
		expect((await poll(server.url, [helloOf('client')], { cookie })).status).toBe(401);
		bob.close();
	});

	it('a request whose body is still on its way -> 401 once it is there, and nothing of the room', async () => {
		const { server, clock } = await start();
		const { cookie } = await identify(server.url, 'Ann');
		await clock.advance(1_000);
		for (const path of ['poll', 'events']) {
			const { cookie: own } = path === 'poll' ? { cookie } : await identify(server.url, 'Bob');
			const slow = new TransformStream<Uint8Array, Uint8Array>();
			const writer = slow.writable.getWriter();
			const body = new TextEncoder().encode(JSON.stringify([helloOf(path, { rooms: ['tea'], waitMs: 25_000 })]));
			const asked = fetch(`${server.url}/api/${path}`, { method: 'POST', headers: { cookie: own }, body: slow.readable });
			await writer.write(body.slice(0, 10));
			await clock.advance(1_000);
			// Its head has come before ours: of one process and one loop the requests are begun in their order.
			await signOut(server, { everywhere: true }, { cookie: own });
			await writer.write(body.slice(10));
			await writer.close();
			const answer = await asked;
			expect([answer.status, await answer.json()]).toMatchObject([401, { closeCode: 4001, message: 'you have signed out' }]);
		}
		expect(server.realtime.counts().connections).toBe(0);
	});

	it('a cookie that was signed out is told so, and taken back: nobody becomes a guest by asking for a name', async () => {
		const { server } = await start();
		const { cookie, user } = await identify(server.url, 'Ann');
		await signOut(server, { everywhere: true }, { cookie });
		const ask = (headers: Record<string, string>) =>
			fetch(`${server.url}/api/identity`, { method: 'POST', headers, body: '{"name":"Ann"}' });
		const refused = await ask({ cookie });
		expect([refused.status, refused.headers.get('set-cookie')]).toMatchObject([401, expect.stringContaining('Max-Age=0')]);
		expect((await (await ask({})).json()).user.id).not.toBe(user.id);
	});

	it('fifty from one address -> the next waits, and nothing has ended for whoever asked', async () => {
		const { server, clock } = await start();
		const one = async () => {
			const { cookie } = await identify(server.url, 'Ann');
			return { cookie, answer: await signOut(server, { everywhere: true }, { cookie }) };
		};
		const all = await Promise.all(Array.from({ length: 50 }, one));
		expect(all.every(({ answer }) => answer.status === 200)).toBe(true);
		const { answer, cookie } = await one();
		expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '5']);
		expect(await codeFor(server, { headers: { cookie } })).toBe('welcome');
		await clock.advance(5_000);
		expect((await one()).answer.status).toBe(200);
	});

	it('holds over a restart, a line that broke off with the power aside; a token that was issued since is good', async () => {
		const folder = temporaryFolder();
		closing.push({ close: folder.remove });
		const first = await start(folder.path);
		const { cookie, user } = await identify(first.server.url, 'Ann');
		const bob = await identify(first.server.url, 'Bob');
		await first.clock.advance(1_000);
		await signOut(first.server, { everywhere: true }, { cookie });
		await first.server.close();
		appendFileSync(join(folder.path, 'sign-outs.jsonl'), '\n{"user":"bo');
		const { server, clock } = await start(folder.path, first.clock);
		expect(await codeFor(server, { headers: { cookie } })).toBe(4001);
		expect(await codeFor(server, { headers: { cookie: bob.cookie } })).toBe('welcome');
		await signOut(server, { everywhere: true }, { cookie: bob.cookie });
		await server.close();
		const third = await start(folder.path, clock);
		for (const gone of [cookie, bob.cookie]) expect(await codeFor(third.server, { headers: { cookie: gone } })).toBe(4001);
		await clock.advance(2_000);
		const now = seconds(clock.wall());
		const headers = { authorization: `Bearer ${await signToken({ sub: user.id, iat: now, exp: now + 60 })}` };
		expect(await codeFor(third.server, { headers })).toBe('welcome');
		const undated = { authorization: `Bearer ${await signToken({ sub: user.id, exp: now + 60 })}` };
		expect(await codeFor(third.server, { headers: undated })).toBe(4001);
	});
});

describe('signing out here', () => {
	it('the connections of that client end, those of the person’s other devices do not, and the cookie is taken back', async () => {
		const { server } = await start();
		const { cookie } = await identify(server.url, 'Ann');
		const [here, there] = [new RawPeer(server.url, { cookie }), new RawPeer(server.url, { cookie })];
		for (const peer of [here, there]) await peer.hello();
		const answer = await signOut(server, { client: here.client }, { cookie });
		expect([answer.status, answer.headers.get('set-cookie')]).toMatchObject([200, expect.stringContaining('Max-Age=0')]);
		expect(await here.closed).toMatchObject({ code: 4001 });
		expect(there.isOpen).toBe(true);
		there.close();
	});

	it.each<[number, object, Record<string, string>]>([
		[401, { everywhere: true }, {}],
		[401, { everywhere: true }, { cookie: 'holdfast_identity=forged.forged' }],
		[400, { everywhere: 'yes' }, {}],
		[403, { everywhere: true }, { origin: 'https://evil.example' }],
		[403, { everywhere: true }, { 'sec-fetch-site': 'cross-site' }],
	])('%i for %j with %j', async (status, body, headers) => {
		const { server } = await start();
		expect((await signOut(server, body, headers)).status).toBe(status);
	});

	it('is nothing that a link could do', async () => {
		const { server } = await start();
		expect((await fetch(`${server.url}/api/identity/sign-out`)).status).toBe(405);
	});
});
