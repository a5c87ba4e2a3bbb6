/** Positions in a room's log: no message twice, none left out, and no storm when the server leaves one out. */
import { describe, expect, it } from 'bun:test';
import { follow, setup, texts } from './harness.ts';

async function connected() {
	const all = setup();
	all.client.connect();
	await all.clock.advance(50);
	return all;
}

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

	it('a handler that throws is reported, the next message comes, none twice', async () => {
		const { client, clock, server, errors } = await connected();
		const seen: unknown[] = [];
		follow(client, 'lobby', {
			message: ({ data }) => {
				seen.push(data);
				if (data === 1) throw new Error('oops');
			},
		});
		client.on('error', () => {
			throw new Error('and again');
		});
		server.write('lobby', 1);
		server.write('lobby', 2);
		await clock.advance(50);
		expect(seen).toEqual([1, 2]);
		expect(errors).toMatchObject([
			{ code: 'handler', class: 'application', message: 'a handler of room "lobby" threw: Error: oops' },
		]);
		client.close();
	});

	it('a handler that closes the client in the middle of a batch gets nothing more', async () => {
		const { client, clock, server } = await connected();
		const seen: unknown[] = [];
		follow(client, 'lobby', {
			message: ({ data }) => {
				seen.push(data);
				client.close();
			},
		});
		await clock.advance(50);
		server.last.send(server.write('lobby', 1, { lost: true }), server.write('lobby', 2, { lost: true }));
		await clock.advance(50);
		expect(seen).toEqual([1]);
	});
});
