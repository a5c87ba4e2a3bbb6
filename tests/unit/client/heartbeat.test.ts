/** Rule 6: silence is death, waking up asks, and a process that stood still blames nobody for it. */
import { describe, expect, it } from 'bun:test';
import { createClient } from '../../../src/lib/client/client.ts';
import { setup } from './harness.ts';

async function connected() {
	const all = setup();
	all.client.connect();
	await all.clock.advance(50);
	return { ...all, connection: all.server.last };
}

describe('heartbeat', () => {
	it('answers the server within its message event: no timer, no microtask', async () => {
		const { client, clock, server } = setup();
		const sent: string[] = [];
		let deliver = (_text: string) => {};
		const wired = createClient({
			clock,
			transport: {
				name: 'websocket',
				open(url, handlers) {
					deliver = handlers.message;
					const link = server.transport.open(url, handlers);
					const send = (text: string) => {
						sent.push(text);
						link.send(text);
					};
					return { ...link, send };
				},
			},
		});
		wired.connect();
		await clock.advance(50);
		deliver('{"type":"ping","at":7}');
		expect(sent.at(-1)).toBe('{"type":"pong","at":7}');
		wired.close();
		client.close();
	});

	it('pings right after the welcome, then at the interval, and measures', async () => {
		const { client, clock, server } = await connected();
		expect(client.getStats().roundTrip).toEqual({ p50: 10, p95: 10, last: 10, jitter: null });
		expect(client.getConnectionState()).toMatchObject({ quality: 'excellent', lastHeartbeat: clock.wall() - 25 });
		await clock.advance(60_100);
		expect(server.last.frames('ping').length).toBe(3);
		expect(client.state.name).toBe('connected');
		client.close();
	});

	it('silence for intervalMs + timeoutMs -> ends its side -> a new connection', async () => {
		const { client, clock, connection, server, states } = await connected();
		connection.silent = true;
		await clock.advance(39_000);
		expect(client.state.name).toBe('connected');
		await clock.advance(2_200);
		expect(connection.closedByClient?.code).toBe(4201);
		expect(states).toEqual(['connecting', 'connected', 'disconnected', 'connecting', 'connected']);
		expect(server.last.hello?.lastClose).toMatchObject({ code: 4201 });
		expect(client.getErrorHistory()).toMatchObject([{ code: 4201, class: 'connection', message: 'The connection went silent.' }]);
		client.close();
	});

	for (const [name, wake] of [
		['online', ({ window }: Wakers) => window.dispatchEvent(new Event('online'))],
		['pageshow', ({ window }: Wakers) => window.dispatchEvent(new Event('pageshow'))],
		['visibilitychange', ({ document }: Wakers) => document.dispatchEvent(new Event('visibilitychange'))],
		['resume', ({ document }: Wakers) => document.dispatchEvent(new Event('resume'))],
	] as const) {
		it(`${name} -> probe -> dead within 5 s; alive when it answers`, async () => {
			const { client, clock, connection, window, document } = await connected();
			wake({ window, document });
			await clock.advance(6_000);
			expect(connection.frames('ping').length).toBe(2);
			expect(client.state.name).toBe('connected');
			connection.silent = true;
			wake({ window, document });
			wake({ window, document });
			await clock.advance(4_999);
			expect(client.state.name).toBe('connected');
			await clock.advance(1);
			expect(connection.closedByClient).toMatchObject({ code: 4201 });
			client.close();
		});
	}

	it('hidden -> no probe', async () => {
		const { client, clock, connection, document } = await connected();
		document.visibilityState = 'hidden';
		document.dispatchEvent(new Event('visibilitychange'));
		await clock.advance(100);
		expect(connection.frames('ping').length).toBe(1);
		client.close();
	});

	it('T-54: hidden for ten minutes, with a timer a minute -> the pings of the server keep it up', async () => {
		const { create, clock, server, states } = setup();
		const { now, wall } = clock;
		const toTheMinute = (ms: number) => Math.ceil((now() + ms) / 60_000) * 60_000 - now();
		const hidden = {
			now,
			wall,
			random: () => 0.5,
			setTimeout: (run: () => void, ms: number) => clock.setTimeout(run, toTheMinute(ms)),
		};
		const client = create({ clock: hidden });
		client.connect();
		await clock.advance(100);
		for (let round = 0; round < 20; round++) {
			server.last.send({ type: 'ping', at: round, heads: {} });
			await clock.advance(30_000);
		}
		expect(states).toEqual(['connecting', 'connected']);
		expect(server.last.frames('pong').map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, at) => at));
		client.close();
	});

	it('T-50, T-51: the page wakes and learns that its connection was closed meanwhile -> reconnects at once', async () => {
		const { client, clock, server, document, states } = await connected();
		document.dispatchEvent(new Event('resume'));
		server.last.close(1006);
		await clock.advance(0);
		await clock.advance(25);
		expect(states.slice(2)).toEqual(['disconnected', 'connecting', 'connected']);
		client.close();
	});

	it('woken while it waits for the next attempt -> does not wait', async () => {
		const { client, clock, server, window } = await connected();
		server.door = 1006;
		server.last.close(1006);
		await clock.advance(4_000);
		server.door = null;
		window.dispatchEvent(new Event('pageshow'));
		await clock.advance(25);
		expect(client.state.name).toBe('connected');
		client.close();
	});

	it('offline, says the browser -> asks, and only an answer that does not come is believed', async () => {
		for (const silent of [false, true]) {
			const { client, clock, server, window, states } = await connected();
			server.last.silent = silent;
			window.dispatchEvent(new Event('offline'));
			await clock.advance(5_100);
			expect(states.includes('disconnected')).toBe(silent);
			client.close();
		}
	});

	it('the machine slept -> probe', async () => {
		const { client, clock, connection } = await connected();
		clock.sleep(60_000);
		await clock.advance(1_100);
		expect(connection.frames('ping').length).toBe(2);
		client.close();
	});

	it('the event loop stood still for a minute -> not held against the connection, but asked', async () => {
		const { client, clock, connection } = await connected();
		await clock.advance(30_000);
		await clock.stall(60_000);
		expect(client.state.name).toBe('connected');
		await clock.advance(1_000);
		expect(connection.frames('ping').length).toBeGreaterThan(1);
		await clock.advance(20_000);
		expect(client.state.name).toBe('connected');
		client.close();
	});

	it('a stall while a probe is out -> its answer, waiting behind the timer, still counts', async () => {
		const { client, clock, connection, window } = await connected();
		window.dispatchEvent(new Event('online'));
		connection.silent = true;
		await clock.advance(1);
		connection.silent = false;
		await clock.stall(8_000);
		connection.raw('{"type":"pong","at":1}');
		await clock.advance(100);
		expect(client.state.name).toBe('connected');
		client.close();
	});

	it('a stall and a dead connection -> still noticed soon', async () => {
		const { client, clock, connection } = await connected();
		connection.silent = true;
		await clock.stall(20_000);
		await clock.advance(5_100);
		expect(connection.closedByClient).toMatchObject({ code: 4201 });
		client.close();
	});

	it('drops and slow answers lower the quality', async () => {
		const { client, clock, server } = await connected();
		server.latency = () => 300;
		await clock.advance(120_000);
		expect(client.getConnectionState().quality).toBe('fair');
		for (let count = 0; count < 4; count++) {
			server.last.close(1006);
			await clock.advance(20_000);
		}
		expect(client.getConnectionState().quality).toBe('poor');
		client.close();
	});
});

interface Wakers {
	window: EventTarget;
	document: EventTarget;
}
