/** What is asked and answered or refused: rooms, history, and being live everywhere. */
import { describe, expect, it } from 'bun:test';
import { follow, setup, texts } from './harness.ts';

async function connected() {
	const all = setup();
	all.client.connect();
	await all.clock.advance(50);
	return all;
}

const busy = {
	type: 'error' as const,
	code: 'rate-limited' as const,
	class: 'rate-limit',
	message: 'too fast',
	fatal: false,
	retryAfterMs: 2_000,
};

describe('requests', () => {
	it('a refused room tells its handlers, and is asked for again on the next connection', async () => {
		const { client, clock, server } = await connected();
		const refusals: string[] = [];
		server.intercept = (frame) => frame.type !== 'subscribe';
		follow(client, 'secret', { error: ({ code }) => void refusals.push(code) });
		await clock.advance(50);
		server.last.send({
			type: 'error',
			code: 'forbidden',
			class: 'forbidden',
			message: 'not invited',
			fatal: false,
			retryAfterMs: 0,
			room: 'secret',
		});
		await clock.advance(50);
		expect(refusals).toEqual(['forbidden']);
		server.last.close(1006);
		await clock.advance(1_100);
		expect(server.last.hello?.rooms).toEqual([{ room: 'secret' }]);
		client.close();
	});

	it('a subscribe refused for now -> asked for again when the server says; left meanwhile -> not', async () => {
		const { client, clock, server } = await connected();
		const refusals: string[] = [];
		let refusing = true;
		server.intercept = (frame, connection) => {
			const refused = frame.type === 'subscribe' && refusing;
			if (refused) connection.send({ ...busy, room: frame.room });
			return !refused;
		};
		const room = follow(client, 'lobby', { error: ({ code }) => void refusals.push(code) });
		const left = follow(client, 'left');
		await clock.advance(50);
		refusing = false;
		left.subscription.close();
		await clock.advance(1_950);
		expect(room.subscription.live).toBe(false);
		await clock.advance(50);
		expect(room.subscription.live).toBe(true);
		expect(refusals).toEqual([]);
		expect(server.last.frames('subscribe').map((frame) => frame.room)).toEqual(['lobby', 'left', 'lobby']);
		expect(client.getErrorHistory().map(({ code }) => code)).toEqual(['rate-limited', 'rate-limited']);
		client.close();
		await clock.advance(20);
		expect(clock.pending).toBe(0);
	});

	it('a history refused -> rejects; one of another room is answered', async () => {
		const { client, clock, server } = await connected();
		server.write('lobby', 1);
		server.intercept = (frame, connection) => {
			const refused = frame.type === 'history' && frame.room === 'busy';
			if (refused) connection.send({ ...busy, room: frame.room });
			return !refused;
		};
		const [refused, answered] = [client.history('busy', 6).catch((error: unknown) => error), client.history('lobby', 6)];
		await clock.advance(50);
		expect(await refused).toMatchObject({ code: 'rate-limited', class: 'rate-limit' });
		expect(texts((await answered).messages)).toEqual([1]);
		client.close();
	});

	it('history: in order, refused when cut off or not connected, timed out', async () => {
		const { client, clock, server, create } = await connected();
		for (let count = 1; count <= 5; count++) server.write('lobby', count);
		const pages = [client.history('lobby', 6, 2), client.history('lobby', 4, 10)];
		await clock.advance(50);
		expect((await Promise.all(pages)).map(({ messages, more }) => [texts(messages), more])).toEqual([
			[[4, 5], true],
			[[1, 2, 3], false],
		]);
		server.intercept = (frame) => frame.type !== 'history';
		const late = client.history('lobby', 6).catch((error: unknown) => error);
		await clock.advance(10_000);
		expect(await late).toMatchObject({ code: 'timeout' });
		const cut = client.history('lobby', 6).catch((error: unknown) => error);
		server.last.close(1006);
		expect(await cut).toMatchObject({ code: 'disconnected' });
		expect(await client.history('lobby', 6).catch((error: unknown) => error)).toMatchObject({ code: 'disconnected' });
		expect(
			await create()
				.history('lobby', 0)
				.catch((error: unknown) => error),
		).toMatchObject({ code: 'invalid-data' });
		client.close();
	});

	it('every room live -> one `live` event a recovery', async () => {
		const { client, clock, server } = setup();
		let count = 0;
		client.on('live', () => count++);
		follow(client, 'a');
		follow(client, 'b');
		client.connect();
		await clock.advance(50);
		expect(count).toBe(1);
		server.last.close(1006);
		await clock.advance(1_100);
		expect(count).toBe(2);
		expect(() => client.subscribe('a', { message: () => {} })).toThrow('subscribed already');
		expect(() => client.subscribe(' a', { message: () => {} })).toThrow('not a room name: " a"');
		client.close();
	});
});
