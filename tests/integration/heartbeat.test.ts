/** Rule 6, the server's half: pings, what counts as life, three missed, and time in which our own loop stood still. */
import { afterEach, beforeEach, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import type { RawPeer } from '../support/raw-peer.ts';

let clock: FakeClock;
let server: InProcess;
beforeEach(async () => {
	clock = new FakeClock();
	clock.chance = 0;
	server = await startInProcess({ clock });
});
afterEach(() => server.close());

/** A ping and its pong: everything that either side sent before has arrived. */
async function roundTrip(peer: RawPeer) {
	peer.send({ type: 'ping', at: -1 });
	await peer.next('pong', ({ at }) => at === -1);
}
async function greeted(name: string, rooms: string[] = []) {
	const peer = await server.peer(name);
	await peer.hello({ rooms });
	return peer;
}

describe('heartbeat', () => {
	it('a ping every 30 s carries the heads of the rooms that are live; the pong keeps it up', async () => {
		const peer = await greeted('Ann', ['a', 'b']);
		await peer.publish('a', 'x');
		for (let round = 0; round < 6; round++) {
			await clock.advance(30_000);
			const ping = await peer.next('ping');
			expect(ping.heads).toEqual({ a: 1, b: 0 });
			peer.send({ type: 'pong', at: ping.at });
			await roundTrip(peer);
		}
		expect(peer.all('ping')).toHaveLength(6);
		expect(peer.isOpen).toBe(true);
	});

	it('three unanswered -> 4201, and the next welcome says so', async () => {
		const silent = await greeted('Ann');
		await clock.advance(30_000);
		await silent.next('ping');
		await clock.advance(20_000);
		expect(silent.isOpen).toBe(true);
		await clock.advance(11_000);
		expect(await silent.closed).toMatchObject({ code: 4201 });
		expect(silent.all('ping')).toHaveLength(3);
		const back = await server.peer('Ann', { client: silent.client });
		expect(await back.hello({ connectionNumber: 2 })).toMatchObject({
			resumed: true,
			previous: { endedBy: 'heartbeat-timeout', code: 4201 },
		});
	});

	const lives: [string, (peer: RawPeer) => void][] = [
		['a pong', (peer) => peer.send({ type: 'pong', at: 1 })],
		['a publish', (peer) => peer.send(peer.message('lobby', 'x'))],
		['a frame that is refused', (peer) => peer.send({ type: 'from-tomorrow' })],
		['a WebSocket ping', (peer) => peer.pingBytes()],
	];
	it.each(lives)('%s is life', async (_, live) => {
		const peer = await greeted('Ann');
		const witness = await greeted('Bob');
		for (let round = 0; round < 4; round++) {
			await clock.advance(15_000);
			live(peer);
			witness.send({ type: 'pong', at: 1 });
			// The witness's answer comes after the server has read what the peer sent before it.
			await roundTrip(witness);
			await roundTrip(witness);
		}
		await clock.advance(20_000);
		expect(peer.isOpen).toBe(true);
		expect(witness.isOpen).toBe(true);
	});

	it('what the server sends is no life', async () => {
		const silent = await greeted('Ann', ['chatty']);
		const writer = await greeted('Bob');
		for (let second = 0; second < 62; second++) {
			await clock.advance(1_000);
			await writer.publish('chatty', 'x');
		}
		expect(await silent.closed).toMatchObject({ code: 4201 });
		expect(silent.all('message').length).toBeGreaterThan(50);
		expect(writer.isOpen).toBe(true);
	});

	it('T-29 the loop stands still for 30 s -> nobody is ended for it, and who is silent still ends later', async () => {
		const peers = await Promise.all(['Ann', 'Bob', 'Cleo'].map((name) => greeted(name)));
		await clock.advance(30_000);
		for (const peer of peers) await peer.next('ping');
		for (let stall = 0; stall < 6; stall++) {
			await clock.stall(30_000);
			for (const peer of peers) expect(peer.isOpen).toBe(true);
		}
		for (const peer of peers) await roundTrip(peer);
		const [silent, ...lively] = peers;
		for (let second = 0; second < 65; second++) {
			await clock.advance(1_000);
			for (const peer of lively) await roundTrip(peer);
		}
		expect(await silent?.closed).toMatchObject({ code: 4201 });
		for (const peer of lively) expect(peer.isOpen).toBe(true);
	});

	it('the client’s ping is answered with its own time and the heads', async () => {
		const peer = await greeted('Ann', ['a']);
		await peer.publish('a', 'x');
		peer.send({ type: 'ping', at: 123.4 });
		expect(await peer.next('pong')).toMatchObject({ at: 123.4, heads: { a: 1 } });
	});
});
