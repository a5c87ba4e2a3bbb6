/** Handlers of the page that throw, or end it all: what becomes of the others. */
import { describe, expect, it } from 'bun:test';
import { follow, setup } from './harness.ts';

const _welcome = {
	...{ type: 'welcome', version: 1, session: 's', connection: 'c', user: { id: 'ann', name: 'Ann' }, resumed: false },
	...{ server: { node: 'a', boot: 'b', version: '0' }, heartbeat: { intervalMs: 30_000, timeoutMs: 10_000 } },
	...{ limits: { frameBytes: 65_536, inFlight: 64 }, spreadMs: 0 },
};
const _message = (offset: number) => ({
	...{ type: 'message', room: 'lobby', offset, client: 'bob', seq: offset, user: { id: 'bob', name: 'Bob' } },
	...{ kind: 'chat', data: offset, at: 1 },
});

async function connected() {
	const all = setup();
	all.client.connect();
	await all.clock.advance(50);
	return all;
}

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
