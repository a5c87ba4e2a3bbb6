/** When a client tries again, how often, and when it stops: traces of what it does. */
import { describe, expect, it } from 'bun:test';
import { setup } from './harness.ts';

describe('retrying', () => {
	it('ten attempts -> suspended -> every 60 s -> online -> connected at once', async () => {
		const { client, clock, server, window } = setup();
		server.door = 1006;
		client.connect();
		await clock.advance(1_000_000 / 4);
		expect(server.connections.length).toBe(11 + Math.floor((250_000 - pauses(10)) / 60_000));
		expect(client.state).toMatchObject({ name: 'suspended', cause: { reason: 'The server could not be reached.' } });
		server.door = null;
		window.dispatchEvent(new Event('online'));
		await clock.advance(20);
		expect(client.state.name).toBe('connected');
		expect(client.getConnectionState().reconnectAttempts).toBe(1);
		await clock.advance(5_000);
		expect(client.getConnectionState().reconnectAttempts).toBe(0);
		client.close();
	});

	it('the attempts are forgotten only after 5 s up and what waited delivered', async () => {
		const { client, clock, server } = setup();
		server.refuse = () => ({ code: 'rate-limited', retry: true, retryAfterMs: 4_000 });
		client.send('lobby', 'chat', 'waits');
		server.door = 1006;
		client.connect();
		await clock.advance(0);
		server.door = null;
		await clock.advance(1_020);
		expect(client.getConnectionState()).toMatchObject({ isConnected: true, reconnectAttempts: 1 });
		await clock.advance(20_000);
		expect(client.getConnectionState().reconnectAttempts).toBe(1);
		server.refuse = () => null;
		await clock.advance(5_000);
		expect(client.getConnectionState().reconnectAttempts).toBe(0);
		client.close();
	});

	for (const [code, tries] of [
		[1000, 0],
		[4003, 0],
		[4005, 0],
		[4009, 0],
		[4077, 0],
		[1002, 1],
		[4002, 1],
	] as const) {
		it(`close ${code} -> ${tries} more -> closed for good`, async () => {
			const { client, clock, server, window } = setup();
			client.connect();
			for (let round = 0; round <= tries; round++) {
				await clock.advance(2_000);
				expect(client.state.name).toBe('connected');
				server.last.close(code);
				await clock.advance(5);
			}
			expect(client.state).toMatchObject({ name: 'closed', cause: { code } });
			window.dispatchEvent(new Event('online'));
			client.retryNow();
			client.connect();
			await clock.advance(1_000_000);
			expect(server.connections.length).toBe(tries + 1);
			expect(clock.pending).toBe(0);
			expect(() => client.send('lobby', 'chat', 'x')).toThrow('closed');
		});
	}

	it('a protocol error now and then, between stable connections, is none in a row', async () => {
		const { client, clock, server } = setup();
		client.connect();
		for (let round = 0; round < 4; round++) {
			await clock.advance(10_000);
			server.last.close(1002);
			await clock.advance(5);
			expect(client.state.name).toBe('disconnected');
		}
		client.close();
	});

	it('not authenticated -> renews -> three tries -> stops', async () => {
		let renewals = 0;
		const { client, clock, server } = setup({ renew: async () => void renewals++ });
		server.intercept = (frame, connection) => {
			if (frame.type === 'hello') connection.close(4001);
			return frame.type !== 'hello';
		};
		client.connect();
		await clock.advance(60_000);
		expect(renewals).toBe(3);
		expect(server.connections.length).toBe(4);
		expect(client.state).toMatchObject({ name: 'closed', cause: { class: 'auth' } });
	});

	it('4200 -> reconnects now, but not for ever', async () => {
		const { client, clock, server } = setup();
		server.intercept = (frame, connection) => {
			if (frame.type === 'ping') connection.close(4200);
			return true;
		};
		client.connect();
		await clock.advance(30);
		expect(server.connections.length).toBe(2);
		await clock.advance(30_000);
		expect(server.connections.length).toBeLessThan(11);
		client.close();
	});
});

function pauses(attempts: number): number {
	let total = 0;
	// Five that double, then the general backoff.
	for (let attempt = 0; attempt < attempts; attempt++) total += Math.min(30_000, 1_000 * (attempt < 5 ? 2 : 1.5) ** attempt);
	return total;
}
