/** Limits: rates, messages in flight, connections; each answer says when to try again. */
import { afterEach, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { gate, openFaultyLog } from './faulty-log.ts';
import { range } from './rooms.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const each of open.splice(0).reverse()) await each.close();
});
async function start(env: Record<string, string>, clock = new FakeClock()): Promise<InProcess> {
	const server = await startInProcess({ env, clock });
	open.push(server);
	return server;
}

describe('rates', () => {
	it('past the burst -> nack rate-limited with retryAfterMs; after that long the same seq is taken', async () => {
		const clock = new FakeClock();
		const server = await start({ RATE_LIMIT_MESSAGES_PER_SECOND: '10', RATE_LIMIT_BURST: '5' }, clock);
		const peer = await server.peer('Ann');
		await peer.hello();
		const frames = range(1, 7).map((n) => peer.message('lobby', String(n)));
		peer.send(...frames);
		await peer.next('ack', ({ seq }) => seq === 5);
		expect(peer.all('nack').map(({ seq, code, retry, retryAfterMs }) => ({ seq, code, retry, retryAfterMs }))).toEqual([
			{ seq: 6, code: 'rate-limited', retry: true, retryAfterMs: 100 },
			{ seq: 7, code: 'rate-limited', retry: true, retryAfterMs: 100 },
		]);
		await clock.advance(100);
		peer.send(...frames.slice(5));
		expect(await peer.next('ack', ({ seq }) => seq === 6)).toMatchObject({ offset: 6 });
		await clock.advance(1_000);
		peer.send(...frames.slice(6));
		expect(await peer.next('ack', ({ seq }) => seq === 7)).toMatchObject({ offset: 7 });
	});

	it('subscribing shares the rate: past it an error names the room, and the rooms before it are live', async () => {
		const server = await start({ RATE_LIMIT_MESSAGES_PER_SECOND: '1', RATE_LIMIT_BURST: '3' });
		const peer = await server.peer('Ann');
		await peer.hello();
		peer.send(...range(1, 5).map((n) => ({ type: 'subscribe', room: `r${n}` })));
		await peer.next('error', ({ room }) => room === 'r5');
		expect(peer.all('error').map(({ room, code }) => [room, code])).toEqual([
			['r4', 'rate-limited'],
			['r5', 'rate-limited'],
		]);
		for (const room of ['r1', 'r2', 'r3'])
			if (peer.all('live', room).length === 0) await peer.next('live', (live) => live.room === room);
	});

	it('history and signals share the rate, and a reconnect does not fill it', async () => {
		const server = await start({ RATE_LIMIT_MESSAGES_PER_SECOND: '1', RATE_LIMIT_BURST: '3' });
		const peer = await server.peer('Ann');
		await peer.hello();
		peer.send(
			{ type: 'history', room: 'a', before: 1 },
			{ type: 'signal', room: 'a', kind: 'typing', data: {} },
			peer.message('a', 'x'),
		);
		await peer.next('ack');
		peer.send({ type: 'history', room: 'a', before: 1 });
		expect(await peer.next('error')).toMatchObject({ code: 'rate-limited', fatal: false, retryAfterMs: 1_000 });
		peer.terminate();
		const again = await server.peer('Ann', { client: peer.client });
		await again.hello({ connectionNumber: 2 });
		again.send({ type: 'publish', room: 'a', seq: 2, kind: 'chat', data: { text: 'y' } });
		expect(await again.next('nack')).toMatchObject({ code: 'rate-limited' });
	});

	it('requests of an address -> 429 with Retry-After and the error frame; it recovers', async () => {
		const clock = new FakeClock();
		const server = await start({ RATE_LIMIT_REQUESTS_PER_SECOND: '1', RATE_LIMIT_REQUESTS_BURST: '2' }, clock);
		const ask = () => fetch(`${server.url}/api/identity`, { method: 'POST', body: '{}' });
		expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
		const upgrade = {
			headers: { upgrade: 'websocket', connection: 'upgrade', 'sec-websocket-key': 'x', 'sec-websocket-version': '13' },
		};
		for (const refused of [await ask(), await fetch(`${server.url}/api/websocket`, upgrade)]) {
			expect(refused.status).toBe(429);
			expect(refused.headers.get('retry-after')).toBe('1');
			expect(await refused.json()).toMatchObject({
				type: 'error',
				code: 'rate-limited',
				class: 'rate-limit',
				closeCode: 4100,
				retryAfterMs: 1_000,
			});
		}
		await clock.advance(1_000);
		expect((await ask()).status).toBe(200);
	});
});

describe('messages in flight', () => {
	it('the 65th without an ack -> nack to be sent again; acks make room', async () => {
		const folder = temporaryFolder();
		const log = await openFaultyLog(folder.path);
		const server = await startInProcess({ log, dataDir: folder.path });
		open.push({ close: async () => folder.remove() }, server);
		const { opened, open: release } = gate();
		log.before.append = () => opened;
		const peer = await server.peer('Ann');
		await peer.hello();
		const frames = range(1, 66).map((n) => peer.message(n % 2 ? 'odd' : 'even', String(n)));
		peer.send(...frames);
		const nacks = [await peer.next('nack'), await peer.next('nack')];
		expect(nacks).toMatchObject([
			{ code: 'rate-limited', retry: true, seq: 33 },
			{ code: 'rate-limited', retry: true, seq: 33 },
		]);
		release();
		await peer.next('ack', ({ room, seq }) => room === 'even' && seq === 32);
		peer.send(...frames.slice(64));
		await peer.next('ack', ({ room, seq }) => room === 'even' && seq === 33);
		expect(peer.all('ack')).toHaveLength(66);
	});
});

describe('connections', () => {
	const full = { class: 'rate-limit', fatal: true, retryAfterMs: 5_000 };

	it('beyond MAX_CONNECTIONS -> error overloaded and 4102; one that leaves makes room', async () => {
		const server = await start({ MAX_CONNECTIONS: '2' });
		const [first, second] = [await server.peer('Ann'), await server.peer('Bob')];
		await first.hello();
		const third = await server.peer('Cleo');
		expect(await third.next('error')).toMatchObject({ code: 'overloaded', class: 'overload', fatal: true, retryAfterMs: 5_000 });
		expect(await third.closed).toMatchObject({ code: 4102 });
		second.close();
		await second.closed;
		const fourth = await server.peer('Cleo');
		await fourth.hello();
		expect((await first.publish('lobby', 'still here')).type).toBe('ack');
	});

	it('beyond MAX_CONNECTIONS_PER_USER -> 4100 for that person alone', async () => {
		const server = await start({ MAX_CONNECTIONS_PER_USER: '2' });
		for (let tab = 0; tab < 2; tab++) await (await server.peer('Ann')).hello();
		const third = await server.peer('Ann');
		expect(await third.next('error')).toMatchObject({ code: 'rate-limited', ...full });
		expect(await third.closed).toMatchObject({ code: 4100 });
		await (await server.peer('Bob')).hello();
	});

	it('beyond MAX_CONNECTIONS_PER_ADDRESS -> 4100; the address is that of the last untrusted hop', async () => {
		const server = await start({ MAX_CONNECTIONS_PER_ADDRESS: '1', TRUSTED_PROXIES: '127.0.0.0/8,10.0.0.1' });
		const via = (forwarded: string) => ({ headers: { 'x-forwarded-for': forwarded } });
		await (await server.peer('Ann', via('203.0.113.7'))).hello();
		for (const forwarded of ['203.0.113.7', '198.51.100.1, 203.0.113.7', '203.0.113.7, 10.0.0.1']) {
			const peer = await server.peer('Bob', via(forwarded));
			expect(await peer.next('error')).toMatchObject({ code: 'rate-limited', ...full });
			expect(await peer.closed).toMatchObject({ code: 4100 });
		}
		await (await server.peer('Bob', via('203.0.113.7, 203.0.113.8'))).hello();
	});

	it('without TRUSTED_PROXIES a forwarded address changes nothing', async () => {
		const server = await start({ MAX_CONNECTIONS_PER_ADDRESS: '1' });
		await (await server.peer('Ann', { headers: { 'x-forwarded-for': '203.0.113.7' } })).hello();
		const peer = await server.peer('Bob', { headers: { 'x-forwarded-for': '203.0.113.8' } });
		expect(await peer.closed).toMatchObject({ code: 4100 });
	});
});
