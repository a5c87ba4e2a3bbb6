/** A client through cuts, restarts and silence: traces of what it does. */
import { describe, expect, it } from 'bun:test';
import type { LinkHandlers } from '../../../src/lib/transports/transport.ts';
import { follow, setup, texts } from './harness.ts';

describe('recovery', () => {
	it('connect -> subscribe -> send -> ack -> own fan-out', async () => {
		const { client, clock, server, states } = setup();
		const room = follow(client, 'lobby');
		const sent = client.send('lobby', 'chat', 'hi');
		expect(client.outbox('lobby').map(({ status }) => status)).toEqual(['queued']);
		client.connect();
		await clock.advance(100);
		expect(await sent.stored).toMatchObject({ offset: 1, duplicate: false });
		expect(texts(room.messages)).toEqual(['hi']);
		expect(room.messages[0]).toMatchObject({ client: client.id, seq: 1 });
		expect(client.outbox('lobby')).toEqual([]);
		expect(states).toEqual(['connecting', 'connected']);
		expect(client.user).toEqual({ id: 'ann', name: 'Ann' });
		expect(server.last.received[0]).toMatchObject({ type: 'hello', connectionNumber: 1, rooms: [{ room: 'lobby' }] });
		client.close();
	});

	it('cut -> reconnect -> resume -> flush', async () => {
		const { client, clock, server, states } = setup();
		const room = follow(client, 'lobby');
		client.connect();
		server.write('lobby', 'one');
		await clock.advance(100);
		server.loseAck = () => true;
		const first = client.send('lobby', 'chat', 'mine 1');
		await clock.advance(20);
		server.last.close(1006);
		server.loseAck = () => false;
		const second = client.send('lobby', 'chat', 'mine 2');
		server.write('lobby', 'two');
		expect(client.state).toMatchObject({
			name: 'disconnected',
			attempt: 0,
			cause: { class: 'connection', reason: 'The connection was cut.' },
		});
		await clock.advance(1_100);
		expect(server.last.hello).toMatchObject({
			connectionNumber: 2,
			rooms: [{ room: 'lobby', offset: 2 }],
			lastClose: { code: 1006, transport: 'websocket', afterMs: 120 },
		});
		expect(texts(room.messages)).toEqual(['one', 'mine 1', 'two', 'mine 2']);
		expect(room.results).toEqual(['fresh', 'resumed']);
		expect(await first.stored).toMatchObject({ offset: 2, duplicate: true });
		expect(await second.stored).toMatchObject({ offset: 4, duplicate: false });
		expect(states).toEqual(['connecting', 'connected', 'disconnected', 'connecting', 'connected']);
		expect(client.getStats()).toMatchObject({ connects: 2, reconnects: 1, messages: { queued: 2, acked: 2, received: 4 } });
		expect(client.getStats().recovery.last).toBeGreaterThan(0);
		client.close();
	});

	it('what ended the last connection is told until a server has heard it: a probe has nothing to tell', async () => {
		const { create, clock, server } = setup();
		let probe: LinkHandlers['greet'] | undefined;
		const client = create({
			transport: {
				name: 'websocket',
				open(url, handlers) {
					probe = handlers.greet;
					return server.transport.open(url, handlers);
				},
			},
		});
		client.connect();
		await clock.advance(100);
		server.last.close(1006);
		await clock.advance(2_000);
		expect(server.last.hello?.lastClose).toMatchObject({ code: 1006 });
		const hello = await probe?.();
		expect(hello?.()).not.toContain('lastClose');
		client.close();
	});

	it('cut, and the attempts after it fail as well -> the server is told of the connection that broke, and never of an attempt', async () => {
		const { create, clock, server } = setup();
		const client = create();
		server.door = 1006;
		client.connect();
		await clock.advance(100);
		server.door = null;
		await clock.advance(3_000);
		expect(server.last.hello?.lastClose).toBeUndefined();
		server.last.close(1006);
		server.door = 1006;
		await clock.advance(4_000);
		expect(client.state.name).not.toBe('connected');
		server.door = null;
		await clock.advance(10_000);
		expect(client.state.name).toBe('connected');
		expect(server.last.hello?.lastClose?.afterMs).toBeGreaterThan(1_000);
		client.close();
	});

	it('a request over HTTP is welcomed as somebody else -> begins anew as that person; what went out as the one before fails', async () => {
		const { client, clock, server, states } = setup();
		client.connect();
		await clock.advance(100);
		server.loseAck = () => true;
		const before = client.send('lobby', 'chat', 'as Ann');
		await clock.advance(20);
		const { id } = client;
		const state = client.state.name === 'connected' ? client.state : expect.unreachable();
		server.welcome = { user: { id: 'bob', name: 'Bob' } };
		server.loseAck = () => false;
		server.last.send({ ...state.welcome, ...server.welcome });
		await clock.advance(100);
		expect(states).toEqual(['connecting', 'connected', 'disconnected', 'connecting', 'connected']);
		expect(client.user?.id).toBe('bob');
		expect(client.id).not.toBe(id);
		expect(before.stored).rejects.toMatchObject({ code: 'forbidden' });
		client.close();
	});

	it('the server asks for a pause -> neither waking up nor a network ends it; the person may', async () => {
		const { client, clock, server, window, document } = setup();
		client.connect();
		await clock.advance(100);
		const full = { type: 'error', code: 'overloaded', class: 'overload', message: 'full', fatal: true } as const;
		server.last.send({ ...full, retryAfterMs: 60_000 });
		server.last.close(4102);
		await clock.advance(1_000);
		expect(client.state).toMatchObject({ name: 'disconnected', cause: { retryAfterMs: 60_000 } });
		document.dispatchEvent(new Event('visibilitychange'));
		window.dispatchEvent(new Event('online'));
		await clock.advance(58_000);
		expect(server.connections.length).toBe(1);
		client.retryNow();
		expect(server.connections.length).toBe(1);
		await clock.advance(100);
		expect(server.connections.length).toBe(2);
		client.close();
	});

	it('a new estimate of the network is no other network -> a question while connected, no attempt before its time', async () => {
		const connection = Object.assign(new EventTarget(), { type: 'cellular' });
		const { client, clock, server } = setup({ page: { navigator: { connection } } });
		const change = () => connection.dispatchEvent(new Event('change'));
		client.connect();
		await clock.advance(100);
		const pings = () => server.last.received.filter(({ type }) => type === 'ping').length;
		const before = pings();
		change();
		await clock.advance(100);
		expect(pings()).toBe(before + 1);
		server.door = 1006;
		server.last.close(1006);
		await clock.advance(100);
		const { length } = server.connections;
		change();
		change();
		await clock.advance(10);
		expect(server.connections.length).toBe(length);
		connection.type = 'wifi';
		change();
		await clock.advance(10);
		expect(server.connections.length).toBe(length + 1);
		client.close();
	});

	it('a server that answers nothing -> time is up -> next attempt; the old socket cannot disturb the new one', async () => {
		const { client, clock, server } = setup();
		server.intercept = (frame) => frame.type !== 'hello';
		client.connect();
		await clock.advance(10_000);
		expect(client.state).toMatchObject({
			name: 'disconnected',
			cause: { code: 1006, reason: 'The server did not answer in time.' },
		});
		const [old] = server.connections;
		server.intercept = () => true;
		await clock.advance(1_100);
		expect(client.state.name).toBe('connected');
		old?.close(4003);
		old?.send({ type: 'drain', reason: 'x', withinMs: 0 });
		await clock.advance(100);
		expect(client.state.name).toBe('connected');
		client.close();
	});

	it('drain -> leaves within the window -> comes back at once', async () => {
		const { client, clock, server } = setup();
		server.welcome = { spreadMs: 30_000 };
		client.connect();
		await clock.advance(100);
		server.last.send({ type: 'drain', reason: 'restart', withinMs: 4_000 });
		await clock.advance(2_004);
		expect(server.connections.length).toBe(1);
		await clock.advance(30);
		expect(server.connections.length).toBe(2);
		expect(client.state.name).toBe('connected');
		client.close();
	});

	it('restart -> within spreadMs, without the base pause', async () => {
		const { client, clock, server } = setup();
		server.welcome = { spreadMs: 800 };
		client.connect();
		await clock.advance(100);
		server.last.close(1012);
		await clock.advance(5);
		expect(client.state).toMatchObject({ name: 'disconnected', retryAt: clock.now() + 400 });
		client.close();
	});

	it('overloaded -> waits as long as the error before the close says, in its words', async () => {
		const { client, clock, server } = setup();
		client.connect();
		await clock.advance(100);
		const error = {
			type: 'error' as const,
			code: 'overloaded' as const,
			class: 'overload',
			message: 'full house',
			fatal: true,
			retryAfterMs: 7_000,
		};
		server.last.send(error);
		server.last.close(1013);
		await clock.advance(5);
		expect(client.state).toMatchObject({
			retryAt: clock.now() + 7_000,
			cause: { code: 1013, class: 'overload', reason: 'full house', retryAfterMs: 7_000 },
		});
		client.close();
	});

	it('close() twice, in every state; what is sent just before still goes', async () => {
		const { client, clock, server, create } = setup();
		create().close();
		client.connect();
		await clock.advance(100);
		const sent = client.send('lobby', 'chat', 'last words');
		client.close();
		client.close();
		await clock.advance(100);
		expect(texts(server.log('lobby').messages)).toEqual(['last words']);
		expect(server.last.closedByClient).toEqual({ code: 1000, reason: '' });
		expect(client.state).toMatchObject({ name: 'closed', cause: null });
		expect(await sent.stored.catch((error: unknown) => error)).toMatchObject({ code: 'closed' });
		expect(clock.pending).toBe(0);
	});
});
