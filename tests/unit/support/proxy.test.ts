/** The fault proxy in front of raw echo servers: what each side sees of each fault. */
import { afterEach, describe, expect, it } from 'bun:test';
import { createHash } from 'node:crypto';
import { systemClock } from '../../../src/lib/clock.ts';
import { HIGH_WATER } from '../../support/pipe.ts';
import { createFaultProxy, type FaultProxy } from '../../support/proxy.ts';
import { createRandom } from '../../support/random.ts';
import { until } from '../../support/until.ts';
import { dial, echo, stopAll, stopLater } from './sockets.ts';

afterEach(stopAll);

function proxyTo(target: { hostname: string; port: number }): FaultProxy {
	const proxy = createFaultProxy({ target, random: createRandom(7), clock: systemClock });
	stopLater(() => proxy.close());
	return proxy;
}

async function session() {
	const server = echo();
	const proxy = proxyTo(server);
	const client = await dial(proxy.port);
	client.send('a');
	await until(() => client.seen.text === 'a');
	const [seen] = server.sessions;
	const [connection] = proxy.connections;
	if (!seen || !connection) throw new Error('the session did not come about');
	return { server, proxy, client, seen, connection };
}

describe('passing through', () => {
	it('carries bytes both ways, and an end', async () => {
		const { client, seen, proxy } = await session();
		client.socket.shutdown();
		await until(() => seen.ended && (client.seen.ended || client.seen.closed === 'fin'));
		await until(() => proxy.connections.length === 0);
	});

	it('keeps order under delay, jitter and slices', async () => {
		const { proxy, client } = await session();
		proxy.delay(2, 10);
		proxy.slice(7, 0);
		const text = Array.from({ length: 200 }, (_, at) => `${at};`).join('');
		for (const part of text.match(/.{1,5}/g) ?? []) {
			client.send(part);
			await Bun.sleep(0);
		}
		await until(() => client.seen.bytes === text.length + 1);
		expect(client.seen.text).toBe(`a${text}`);
	});

	it('carries 8 MB unharmed through back-pressure, and never holds more than its bound', async () => {
		const { client, connection } = await session();
		const bytes = new Uint8Array(8 << 20).map((_, at) => (at * 31) ^ (at >> 8));
		const expected = createHash('sha256').update('a').update(bytes).digest('hex');
		connection.blackHole('down', true);
		client.send(bytes);
		await until(() => connection.down.waiting >= HIGH_WATER);
		expect(connection.down.waiting).toBeLessThan(HIGH_WATER + (1 << 20));
		connection.heal();
		await until(() => client.seen.bytes === bytes.length + 1);
		expect(client.seen.hash.digest('hex')).toBe(expected);
	});
});

describe('cutting', () => {
	it('fin: both sides see an end without an error', async () => {
		const { proxy, client, seen } = await session();
		proxy.cut('fin');
		await until(() => client.seen.ended && seen.ended);
		expect(client.seen.closed).not.toBe('reset');
		await until(() => proxy.connections.length === 0);
	});

	it('reset: both sides see a reset', async () => {
		const { proxy, client, seen } = await session();
		proxy.cut('reset');
		await until(() => client.seen.closed === 'reset' && seen.closed === 'reset');
		expect(proxy.connections).toEqual([]);
	});

	it('a reset of one side reaches the other', async () => {
		const { client, seen, proxy } = await session();
		client.socket.terminate();
		await until(() => seen.closed === 'reset');
		await until(() => proxy.connections.length === 0);
	});

	it('one connection alone', async () => {
		const { proxy, client, connection } = await session();
		const other = await dial(proxy.port);
		connection.cut('reset');
		await until(() => client.seen.closed === 'reset');
		other.send('still here');
		await until(() => other.seen.text === 'still here');
	});
});

describe('black holes', () => {
	it('up: the target hears nothing, the client still hears the target; lifted, everything arrives', async () => {
		const { server, proxy, client, seen } = await session();
		proxy.blackHole('up', true);
		client.send('b');
		const other = await dial(server.port);
		other.send('x');
		await until(() => other.seen.text === 'x');
		expect(seen.text).toBe('a');
		proxy.blackHole('up', false);
		await until(() => client.seen.text === 'ab');
	});

	it('down: the target hears, its answer stays out until it is lifted', async () => {
		const { proxy, client, seen, connection } = await session();
		proxy.blackHole('down', true);
		client.send('b');
		await until(() => seen.text === 'ab' && connection.down.waiting === 1);
		expect(client.seen.text).toBe('a');
		proxy.heal();
		await until(() => client.seen.text === 'ab');
	});

	it('an end is swallowed too, in either form', async () => {
		for (const how of ['fin', 'reset'] as const) {
			const { proxy, client, seen, connection } = await session();
			proxy.blackHole('both', true);
			if (how === 'fin') client.socket.end();
			else client.socket.terminate();
			const probe = await dial(proxy.port);
			await until(() => proxy.connections.length === 2);
			expect([seen.ended, seen.closed]).toEqual([false, null]);
			probe.socket.terminate();
			connection.heal();
			await until(() => seen.ended || seen.closed !== null);
			proxy.heal();
			await until(() => proxy.connections.length === 0);
		}
	});

	it('swallows new connections as well', async () => {
		const { server, proxy } = await session();
		proxy.blackHole('both', true);
		const late = await dial(proxy.port);
		late.send('b');
		await until(() => server.sessions.length === 2 && proxy.connections.length === 2);
		expect(server.sessions[1]?.bytes).toBe(0);
		proxy.heal();
		await until(() => late.seen.text === 'b');
	});
});

describe('refusing', () => {
	it('resets new connections and keeps the old', async () => {
		const { proxy, client } = await session();
		proxy.refuse(true);
		const late = await dial(proxy.port);
		await until(() => late.seen.closed === 'reset');
		client.send('b');
		await until(() => client.seen.text === 'ab');
		proxy.refuse(false);
		const later = await dial(proxy.port);
		later.send('c');
		await until(() => later.seen.text === 'c');
		expect(proxy.accepted).toBe(2);
	});

	it('a target that vanished resets, and serves again once it is back at its port', async () => {
		const { server, proxy, client } = await session();
		server.stop();
		await until(() => client.seen.closed !== null || client.seen.ended);
		const early = await dial(proxy.port);
		await until(() => early.seen.closed === 'reset');
		echo(server.port);
		const late = await dial(proxy.port);
		late.send('back');
		await until(() => late.seen.text === 'back');
	});

	it('closing twice does nothing more', async () => {
		const { proxy, client } = await session();
		proxy.close();
		proxy.close();
		await until(() => client.seen.closed === 'reset');
		await expect(dial(proxy.port)).rejects.toThrow();
	});
});
