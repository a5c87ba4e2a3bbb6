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
});
