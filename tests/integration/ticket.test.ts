/** `GET /api/ticket`: why a connection may not open, and a way in for who has no cookie at hand. */
import { afterEach, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { RawPeer } from '../support/raw-peer.ts';

const servers: InProcess[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await server.close();
});
async function start(env: Record<string, string> = {}) {
	const clock = new FakeClock();
	const server = await startInProcess({ env, clock });
	servers.push(server);
	const ask = async (name: string | null, headers: Record<string, string> = {}) => {
		const response = await fetch(`${server.url}/api/ticket`, {
			headers: { ...headers, ...(name !== null && { cookie: await server.cookie(name) }) },
		});
		return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() };
	};
	const enter = (ticket: string, cookie?: string) =>
		new RawPeer(server.url, { query: `?ticket=${ticket}`, ...(cookie && { cookie }) });
	return { server, clock, ask, enter };
}

describe('a ticket', () => {
	it('200 -> a WebSocket without a cookie opens as that person, once', async () => {
		const { ask, enter, server } = await start();
		const { status, body } = await ask('Ann');
		expect({ status, body }).toMatchObject({ status: 200, body: { expiresInMs: 30_000, websocket: true, spreadMs: 0 } });
		expect(Buffer.from(body.ticket, 'base64url')).toHaveLength(16);
		const peer = enter(body.ticket);
		expect((await peer.hello()).user.name).toBe('Ann');
		peer.close();
		// Used up, and a cookie does not make up for it.
		const again = enter(body.ticket, await server.cookie('Ann'));
		await again.opened;
		again.send(again.greeting());
		expect(await again.next('error')).toMatchObject({ code: 'unauthenticated' });
		expect(await again.closed).toMatchObject({ code: 4001 });
	});

	it.each(['', 'AAAAAAAAAAAAAAAAAAAAAA', '__proto__'])('%p that nobody issued -> 4001', async (ticket) => {
		const { enter } = await start();
		const peer = enter(ticket);
		await peer.opened;
		peer.send(peer.greeting());
		expect(await peer.closed).toMatchObject({ code: 4001 });
	});

	it('is good for 30 s', async () => {
		const { ask, enter, clock } = await start();
		const [first, second] = [await ask('Ann'), await ask('Ann')];
		await clock.advance(29_999);
		const peer = enter(first.body.ticket);
		await peer.hello();
		peer.close();
		await clock.advance(1);
		const late = enter(second.body.ticket);
		await late.opened;
		late.send(late.greeting());
		expect(await late.closed).toMatchObject({ code: 4001 });
	});

	it('without an identity 401, from a foreign page 403, by POST 405', async () => {
		const { ask, server } = await start();
		expect(await ask(null)).toMatchObject({ status: 401, body: { type: 'error', class: 'auth', closeCode: 4001 } });
		expect(await ask(null, { cookie: 'holdfast_identity=forged.forged' })).toMatchObject({ status: 401 });
		expect(await ask('Ann', { origin: 'https://evil.example' })).toMatchObject({ status: 403, body: { closeCode: 4003 } });
		expect((await fetch(`${server.url}/api/ticket`, { method: 'POST' })).status).toBe(405);
	});

	it('a full server 503, too many of a person or too fast 429, each with Retry-After', async () => {
		const full = await start({ MAX_CONNECTIONS: '1' });
		const peer = await full.server.peer('Ann');
		await peer.hello();
		expect(await full.ask('Bob')).toMatchObject({
			status: 503,
			retryAfter: '5',
			body: { code: 'overloaded', class: 'overload', closeCode: 4102, retryAfterMs: 5_000 },
		});
		const many = await start({ MAX_CONNECTIONS_PER_USER: '1' });
		await (await many.server.peer('Ann')).hello();
		expect(await many.ask('Ann')).toMatchObject({ status: 429, retryAfter: '5', body: { class: 'rate-limit', closeCode: 4100 } });
		expect(await many.ask('Bob')).toMatchObject({ status: 200 });
		const fast = await start({ RATE_LIMIT_REQUESTS_PER_SECOND: '1', RATE_LIMIT_REQUESTS_BURST: '2' });
		await fast.ask('Ann'); // the identity took one
		expect(await fast.ask('Ann')).toMatchObject({ status: 429, retryAfter: '1', body: { closeCode: 4100, retryAfterMs: 1_000 } });
	});
});
