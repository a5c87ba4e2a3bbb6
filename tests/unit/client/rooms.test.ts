/** Positions in a room's log: no message twice, none left out, and no storm when the server leaves one out. */
import { describe, expect, it } from 'bun:test';
import { settle } from '../../support/fake-clock.ts';
import { ScriptedTransport } from '../../support/scripted-transport.ts';
import { connected, follow, setup, texts } from './harness.ts';

const welcome = {
	...{ type: 'welcome', version: 1, session: 's', connection: 'c', user: { id: 'ann', name: 'Ann' }, resumed: false },
	...{ server: { node: 'a', boot: 'b', version: '0' }, heartbeat: { intervalMs: 30_000, timeoutMs: 10_000 } },
	...{ limits: { frameBytes: 65_536, inFlight: 64 }, spreadMs: 0 },
};
const message = (offset: number) => ({
	...{ type: 'message', room: 'lobby', offset, client: 'bob', seq: offset, user: { id: 'bob', name: 'Bob' } },
	...{ kind: 'chat', data: offset, at: 1 },
});

describe('rooms', () => {
	it('subscribing while connected, and before the welcome', async () => {
		const { client, clock, server } = await connected();
		server.write('lobby', 'one');
		const lobby = follow(client, 'lobby');
		await clock.advance(50);
		expect(texts(lobby.messages)).toEqual(['one']);
		expect(lobby.subscription).toMatchObject({ live: true, position: { epoch: 'epoch-lobby-1', offset: 1 } });
		server.last.close(1006);
		expect(lobby.subscription.live).toBe(false);
		await clock.advance(1_006);
		const late = follow(client, 'late');
		const gone = follow(client, 'gone');
		gone.subscription.close();
		await clock.advance(50);
		expect(late.lives).toEqual([0]);
		expect([...server.last.rooms]).toEqual(['lobby', 'late']);
		client.close();
	});

	it('from zero of an empty room it resumes from zero', async () => {
		const { client, clock, server } = await connected();
		const room = follow(client, 'lobby');
		await clock.advance(50);
		expect(room.subscription.position?.offset).toBe(0);
		server.last.close(1006);
		for (let count = 0; count < 60; count++) server.write('lobby', count);
		await clock.advance(1_100);
		expect(room.results).toEqual(['fresh', 'resumed']);
		expect(room.messages.length).toBe(60);
		client.close();
	});

	it('a position of the page -> only what came after it', async () => {
		const { client, clock, server } = await connected();
		for (const text of ['one', 'two', 'three']) server.write('lobby', text);
		const room = follow(client, 'lobby', { position: { epoch: 'epoch-lobby-1', offset: 2 } });
		await clock.advance(50);
		expect(room.results).toEqual(['resumed']);
		expect(texts(room.messages)).toEqual(['three']);
		client.close();
	});

	it('trimmed -> gap -> goes on behind it', async () => {
		const { client, clock, server } = await connected();
		const room = follow(client, 'lobby');
		await clock.advance(50);
		server.last.close(1006);
		for (let count = 1; count <= 5; count++) server.write('lobby', count);
		server.log('lobby').first = 4;
		await clock.advance(1_100);
		expect(room.results).toEqual(['fresh', 'gap']);
		expect(room.offsets()).toEqual([4, 5]);
		client.close();
	});

	it('asked for over two links, trimmed meanwhile: a gap of one that the other has filled is none, the rest of it is told', async () => {
		const transport = new ScriptedTransport('long-polling');
		const { client } = setup({ transport });
		const room = follow(client, 'lobby', { subscribed: ({ result, missing }) => void gaps.push([result, missing]) });
		const gaps: unknown[] = [];
		client.connect();
		await settle();
		const link = transport.last;
		const answer = { type: 'subscribed', room: 'lobby', epoch: 'e', offset: 0, state: {} };
		await link.greets();
		link.says(welcome, { ...answer, result: 'fresh' }, { type: 'live', room: 'lobby', offset: 0 }, message(1));
		for (const to of [3, 5]) {
			await link.greets();
			link.says(message(2), message(3));
			link.says({ ...answer, result: 'gap', offset: 6, missing: { from: 2, to } });
		}
		link.says(message(4), message(5), message(6));
		expect(gaps).toEqual([
			['fresh', undefined],
			['gap', { from: 4, to: 5 }],
		]);
		expect(room.offsets()).toEqual([1, 2, 3, 6]);
		client.close();
	});

	it('an answer to what was asked for before the room was left and entered anew -> is none, and it is asked for again', async () => {
		const transport = new ScriptedTransport('websocket');
		const { client } = setup({ transport });
		const before = follow(client, 'lobby', { position: { epoch: 'e', offset: 7 } });
		client.connect();
		await settle();
		const link = transport.last;
		await link.greets();
		before.subscription.close();
		const room = follow(client, 'lobby');
		// Another link, which is given up, has asked for the room as it is now.
		await link.greets();
		const answer = { type: 'subscribed', room: 'lobby', epoch: 'e', state: {} };
		link.says(welcome, { ...answer, result: 'resumed', offset: 9 }, message(8), message(9), {
			type: 'live',
			room: 'lobby',
			offset: 9,
		});
		expect([before.results, room.results, room.subscription.live]).toEqual([[], [], false]);
		await settle();
		expect(link.sent.join()).toContain('{"type":"subscribe","room":"lobby"}');
		link.says({ ...answer, result: 'fresh', offset: 9 }, message(9), { type: 'live', room: 'lobby', offset: 9 });
		expect([room.results, room.offsets(), room.subscription.live]).toEqual([['fresh'], [9], true]);
		client.close();
	});

	it('moved to a link beside an older question -> what is entered later is answered all the same', async () => {
		const transport = new ScriptedTransport('long-polling');
		const { client } = setup({ transport });
		const room = follow(client, 'lobby');
		client.connect();
		await settle();
		const link = transport.last;
		const answer = { type: 'subscribed', room: 'lobby', result: 'fresh', epoch: 'e', offset: 0, state: {} };
		const live = { type: 'live', room: 'lobby', offset: 0 };
		await link.greets();
		link.says(welcome, answer, live);
		// A round over HTTP asks once more, and is not answered before the WebSocket carries.
		await link.greets();
		link.become('websocket');
		link.says(welcome);
		room.subscription.close();
		const again = follow(client, 'lobby');
		link.says(answer, live);
		expect(again.subscription.live).toBe(true);
		client.close();
	});

	it('another epoch -> reset -> built up anew', async () => {
		const { client, clock, server } = await connected();
		server.write('lobby', 'old');
		const room = follow(client, 'lobby');
		await clock.advance(50);
		server.last.close(1006);
		server.logs.set('lobby', { epoch: 'epoch-lobby-2', messages: [], first: 1 });
		server.write('lobby', 'new');
		await clock.advance(1_100);
		expect(room.results).toEqual(['fresh', 'reset']);
		expect(room.messages.map(({ offset, data }) => [offset, data])).toEqual([
			[1, 'old'],
			[1, 'new'],
		]);
		expect(room.subscription.position).toEqual({ epoch: 'epoch-lobby-2', offset: 1 });
		client.close();
	});

	it('a skipped message -> asks once from its own offset -> delivers in order', async () => {
		const { client, clock, server } = await connected();
		const room = follow(client, 'lobby');
		server.write('lobby', 1);
		await clock.advance(50);
		server.write('lobby', 2, { lost: true });
		for (let count = 3; count <= 6; count++) server.write('lobby', count);
		await clock.advance(50);
		expect(texts(room.messages)).toEqual([1, 2, 3, 4, 5, 6]);
		expect(server.last.frames('subscribe').map(({ offset }) => offset)).toEqual([undefined, 1]);
		client.close();
	});

	it('doubled messages -> delivered once, counted', async () => {
		const { client, clock, server } = await connected();
		const room = follow(client, 'lobby');
		await clock.advance(50);
		const message = server.write('lobby', 1);
		server.last.send(message, message);
		await clock.advance(50);
		expect(room.offsets()).toEqual([1]);
		expect(client.getStats().messages).toMatchObject({ received: 1, duplicates: 2 });
		client.close();
	});

	it('a server that leaves out the same message every time -> drops, backs off, gives up: no storm', async () => {
		const { client, clock, server, errors } = await connected();
		const room = follow(client, 'lobby');
		await clock.advance(50);
		for (let count = 1; count <= 3; count++) server.write('lobby', count, { lost: true });
		server.log('lobby').messages.splice(1, 1);
		server.write('lobby', 4);
		await clock.advance(60_000);
		expect(room.offsets()).toEqual([1]);
		expect(server.connections.length).toBeLessThan(12);
		expect(server.connections.flatMap((connection) => connection.frames('subscribe')).length).toBeLessThan(25);
		expect(errors.some(({ message }) => message.includes('left out a message of "lobby"'))).toBe(true);
		client.close();
	});

	it('heads: behind the same head twice -> asks again; a head that runs ahead of its message -> does not', async () => {
		const { client, clock, server } = await connected();
		const room = follow(client, 'lobby');
		await clock.advance(50);
		server.last.send({ type: 'ping', at: 1, heads: { lobby: 1 } });
		server.write('lobby', 1);
		await clock.advance(50);
		server.last.send({ type: 'ping', at: 2, heads: { lobby: 1 } });
		await clock.advance(50);
		expect(server.last.frames('subscribe').length).toBe(1);
		server.write('lobby', 2, { lost: true });
		server.last.send({ type: 'ping', at: 3, heads: { lobby: 2 } });
		await clock.advance(50);
		expect(room.offsets()).toEqual([1]);
		server.last.send({ type: 'ping', at: 4, heads: { lobby: 2 } });
		await clock.advance(50);
		expect(room.offsets()).toEqual([1, 2]);
		expect(server.last.frames('subscribe').length).toBe(2);
		client.close();
	});

	it('left while replaying -> silence; taken up again at once -> only the answer to that counts', async () => {
		const { client, clock, server } = await connected();
		for (let count = 1; count <= 3; count++) server.write('lobby', count);
		const left = follow(client, 'lobby');
		await clock.advance(1);
		left.subscription.close();
		left.subscription.close();
		const again = follow(client, 'lobby');
		await clock.advance(50);
		expect(left.messages).toEqual([]);
		expect(again.results).toEqual(['fresh']);
		expect(again.offsets()).toEqual([1, 2, 3]);
		client.close();
	});
});
