/** Who does not slow down is shown out within a moment; who was merely too fast, or is kept waiting by others, is not. */
import { afterEach, describe, expect, it } from 'bun:test';
import { WebSocket } from 'ws';
import { createClient } from '../../src/lib/client/index.ts';
import { webSocketTransport } from '../../src/lib/transports/websocket.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { helloOf, poll } from '../support/poll.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { offsetsOf, range } from './rooms.ts';

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
	for (const each of open.splice(0).reverse()) await each.close();
});
/** Rates as by default, in a time that stands still: nothing is given back. */
async function start(env: Record<string, string> = {}): Promise<InProcess> {
	const server = await startInProcess({ env, clock: new FakeClock() });
	open.push(server);
	return server;
}
const defaults = {
	RATE_LIMIT_MESSAGES_PER_SECOND: '20',
	RATE_LIMIT_USER_MESSAGES_PER_SECOND: '60',
	RATE_LIMIT_ROOM_MESSAGES_PER_SECOND: '2000',
};
async function greeted(server: InProcess, name: string, rooms: string[] = ['lobby']): Promise<RawPeer> {
	const peer = await server.peer(name);
	await peer.hello({ rooms });
	return peer;
}
const shownOut = { code: 'rate-limited', class: 'rate-limit', fatal: true, retryAfterMs: 5_000 };

describe('T-59 S9 a client that floods', () => {
	it('10 000 messages -> no more than its burst are stored, 4100; the others talk on, and it may come back', async () => {
		const server = await start(defaults);
		const [ann, bob, flood] = [await greeted(server, 'Ann'), await greeted(server, 'Bob'), await greeted(server, 'Mallory')];
		for (let text = 0; text < 100; text += 1) flood.send(...range(1, 100).map(() => flood.message('lobby', 'x')));
		const talk = range(1, 10).map((n) => (n % 2 ? ann : bob).publish('lobby', `line ${n}`));
		expect((await Promise.all(talk)).map(({ type }) => type)).toEqual(talk.map(() => 'ack'));
		expect(await flood.next('error')).toMatchObject(shownOut);
		expect(await flood.closed).toMatchObject({ code: 4100 });
		const last = await ann.publish('lobby', 'quiet again');
		const stored = last.type === 'ack' ? last.offset - 1 : Number.NaN;
		expect(stored).toBeLessThanOrEqual(100 + talk.length);
		if (!offsetsOf(ann, 'lobby').includes(stored + 1)) await ann.next('message', ({ offset }) => offset === stored + 1);
		expect(offsetsOf(ann, 'lobby')).toEqual(range(1, stored + 1));
		await greeted(server, 'Mallory');
	});

	it.each([
		['pings', (n: number) => ({ type: 'ping', at: n })],
		['pongs that nobody asked for', (n: number) => ({ type: 'pong', at: -n })],
		['frames of an unknown type', () => ({ type: 'x' })],
		['unsubscribes', () => ({ type: 'unsubscribe', room: 'elsewhere' })],
		['tokens', () => ({ type: 'auth', token: 'x' })],
	])('%s -> 200 are borne, then 4100', async (_, frame) => {
		const server = await start();
		const [ann, flood] = [await greeted(server, 'Ann'), await greeted(server, 'Mallory', [])];
		flood.send(...range(1, 200).map(frame));
		expect((await flood.publish('lobby', 'still here')).type).toBe('ack');
		flood.send(frame(201));
		expect(await flood.next('error', ({ fatal }) => fatal)).toMatchObject(shownOut);
		expect(await flood.closed).toMatchObject({ code: 4100 });
		expect((await ann.publish('lobby', 'and so am I')).type).toBe('ack');
	});

	it.each([true, false])('20 000 pings of WebSocket itself -> 4100, greeted or not (%p)', async (greets) => {
		const server = await start();
		const [ann, flood] = [await greeted(server, 'Ann'), await server.peer('Mallory')];
		if (greets) await flood.hello();
		for (let ping = 0; ping < 20_000; ping += 1) flood.pingBytes();
		expect(await flood.closed).toMatchObject({ code: 4100 });
		expect((await ann.publish('lobby', 'still here')).type).toBe('ack');
	});

	it('frames of an unknown type before any hello -> 4100', async () => {
		const server = await start();
		const flood = await server.peer('Mallory');
		flood.send(...range(1, 201).map(() => ({ type: 'x' })));
		expect(await flood.closed).toMatchObject({ code: 4100 });
	});

	it('over HTTP -> 429, whatever else it asks, until it has waited', async () => {
		const server = await start();
		const cookie = await server.cookie('Mallory');
		const ask = (pings: number) =>
			poll(server.url, [helloOf('flood'), ...range(1, pings).map((at) => ({ type: 'ping', at }))], { cookie });
		expect((await ask(200)).status).toBe(200);
		expect(await ask(1)).toMatchObject({ status: 429, frames: [{ ...shownOut, closeCode: 4100 }] });
	});

	it('coming back does not begin anew', async () => {
		const server = await start();
		const flood = await greeted(server, 'Mallory');
		flood.send(...range(1, 201).map((at) => ({ type: 'ping', at })));
		await flood.closed;
		const again = await server.peer('Mallory', { client: flood.client });
		await again.hello({ connectionNumber: 2 });
		again.send({ type: 'ping', at: 1 });
		expect(await again.closed).toMatchObject({ code: 4100 });
	});
});

describe('S9 whoever keeps to it', () => {
	it('a client of ours with 300 messages at once -> all are stored, on one connection', async () => {
		const server = await startInProcess({ env: { RATE_LIMIT_MESSAGES_PER_SECOND: '1000', RATE_LIMIT_BURST: '5' } });
		const headers = { cookie: await server.cookie('Ann') };
		const client = createClient({
			url: `${server.url}/api/websocket`,
			transport: webSocketTransport((address) => new WebSocket(address, { headers })),
			logger: { debug() {}, error() {} },
		});
		open.push(server, client);
		client.connect();
		const receipts = await Promise.all(
			range(1, 300).map((n) => client.send(`room ${n % 20}`, 'chat', { text: String(n) }).stored),
		);
		expect(receipts.every(({ duplicate }) => !duplicate)).toBe(true);
		expect(server.realtime.incidents().closes.total).toBe(0);
	});

	it('a pong for each ping of ours never counts', async () => {
		const clock = new FakeClock();
		const server = await startInProcess({ clock, env: { HEARTBEAT_INTERVAL_MS: '100', HEARTBEAT_TIMEOUT_MS: '1000' } });
		open.push(server);
		const peer = await greeted(server, 'Ann');
		peer.answerPings();
		peer.send(...range(1, 199).map((at) => ({ type: 'ping', at })));
		for (const _ of range(1, 5)) {
			await clock.advance(1_000);
			await peer.next('ping');
		}
		expect((await peer.publish('lobby', 'still here')).type).toBe('ack');
	});
});

describe('S9 shared rates', () => {
	it('a person, over all their clients -> nack, whichever of them sends; others do not notice', async () => {
		const server = await start({ RATE_LIMIT_USER_MESSAGES_PER_SECOND: '1', RATE_LIMIT_USER_MESSAGES_BURST: '3' });
		const [one, two, bob] = [await greeted(server, 'Ann'), await greeted(server, 'Ann'), await greeted(server, 'Bob')];
		for (const peer of [one, two, one]) expect((await peer.publish('lobby', 'x')).type).toBe('ack');
		const late = await greeted(server, 'Ann', []);
		for (const peer of [two, late])
			expect(await peer.publish('lobby', 'x')).toMatchObject({ code: 'rate-limited', retry: true, retryAfterMs: 1_000 });
		expect((await bob.publish('lobby', 'x')).type).toBe('ack');
	});

	it('a room -> nack for whoever comes then, however often: nobody is shown out for it, and other rooms are open', async () => {
		const server = await start({ RATE_LIMIT_ROOM_MESSAGES_PER_SECOND: '1', RATE_LIMIT_ROOM_MESSAGES_BURST: '3' });
		const [ann, bob] = [await greeted(server, 'Ann'), await greeted(server, 'Bob')];
		for (const peer of [ann, bob, ann]) expect((await peer.publish('lobby', 'x')).type).toBe('ack');
		for (const _ of range(1, 15)) bob.send(...range(2, 101).map((seq) => ({ ...bob.message('lobby', 'x'), seq })));
		const refused = {
			code: 'rate-limited',
			retry: true,
			retryAfterMs: 1_000,
			message: 'more is sent to this room than it takes',
		};
		expect(await bob.next('nack')).toMatchObject(refused);
		expect((await bob.publish('elsewhere', 'x')).type).toBe('ack');
		ann.send({ type: 'signal', room: 'lobby', kind: 'typing', data: {} });
		expect(await ann.next('error')).toMatchObject({ code: 'rate-limited', room: 'lobby', fatal: false });
	});
});
