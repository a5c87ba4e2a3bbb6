/** Handlers of the page that throw, or end it all: what becomes of the others. */
import { describe, expect, it } from 'bun:test';
import { connected, follow } from './harness.ts';

describe('handlers', () => {
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

	it('a room that is closed to us while we follow it -> its handler hears, nothing of it any more; asked again on the next connection', async () => {
		const { client, clock, server } = await connected();
		const told: string[] = [];
		const room = follow(client, 'den', { error: ({ code }) => void told.push(code) });
		await clock.advance(50);
		const error = { type: 'error', code: 'forbidden', class: 'forbidden', message: 'not open', fatal: false } as const;
		server.last.send({ ...error, retryAfterMs: 0, room: 'den' });
		await clock.advance(50);
		// Without `ended` it answers something else, such as a signal.
		expect([told, room.subscription.live]).toEqual([[], true]);
		server.last.send({ ...error, retryAfterMs: 0, room: 'den', ended: true });
		server.write('den', 'late');
		await clock.advance(50);
		expect([told, room.messages, room.subscription.live]).toEqual([['forbidden'], [], false]);
		server.last.close(1006);
		await clock.advance(1_100);
		expect(room.results).toEqual(['fresh', 'resumed']);
		client.close();
	});
});
