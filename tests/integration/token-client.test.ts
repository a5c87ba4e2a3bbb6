/** A client whose identity is the surrounding app's token: how it brings it, and how it goes on when one ends. */
import { afterEach, describe, expect, it } from 'bun:test';
import { type Client, type ClientOptions, createClient, withToken } from '../../src/lib/client/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { JWT_SECRET, seconds, signToken } from '../support/jwt.ts';
import { until } from '../support/until.ts';

const closing: { close(): unknown }[] = [];
afterEach(async () => {
	for (const each of closing.splice(0).reverse()) await each.close();
});

/** One clock for both sides: a token ends for the two at the same time. */
async function start(options: ClientOptions = {}, lifetimes: (number | string)[] = []) {
	const clock = new FakeClock();
	const server: InProcess = await startInProcess({ clock, env: { JWT_SECRET } });
	closing.push(server);
	let asked = 0;
	const source = () => {
		const lifetime = lifetimes[asked++] ?? 60;
		const now = seconds(clock.wall());
		if (typeof lifetime === 'string') return lifetime === 'none' ? Promise.reject(new Error('the app is down')) : lifetime;
		return signToken({ sub: 'ann', name: `Ann ${asked}`, iat: now, exp: now + lifetime });
	};
	const logger = { debug() {}, error() {} };
	const given: ClientOptions = { url: `${server.url}/api/websocket`, clock, logger, heartbeatInterval: 80_000_000, ...options };
	const client: Client = createClient(withToken(source, given));
	closing.push(client);
	const states: string[] = [];
	client.on('state', ({ name }) => states.push(name));
	const names: string[] = [];
	client.on('user', ({ name }) => names.push(name));
	client.connect();
	/** Time passes while something does not hold, so that pauses end. */
	const pass = (holds: () => boolean, what: string, step = 100) =>
		until(async () => {
			if (!holds()) await clock.advance(step);
			return holds();
		}, what);
	const isConnected = () => client.state.name === 'connected';
	return { clock, server, client, states, names, pass, isConnected, asked: () => asked };
}
const blocked: ClientOptions = {
	webSocket: () => {
		throw new Error('no WebSocket here');
	},
};

describe('a client with tokens', () => {
	it('opens a WebSocket with a ticket, as that person', async () => {
		const { client, isConnected, asked } = await start();
		await until(isConnected);
		expect(client.user).toEqual({ id: 'ann', name: 'Ann 1' });
		expect(client.state).toMatchObject({ connectionType: 'websocket' });
		await client.send('tea', 'chat', { text: 'hello' }).stored;
		expect(asked()).toBe(1);
	});

	it('over HTTP the token goes along', async () => {
		const { client, isConnected, pass } = await start(blocked);
		await pass(isConnected, 'connected over HTTP');
		expect(client.state).toMatchObject({ connectionType: 'http' });
		expect(client.user?.id).toBe('ann');
		await client.send('tea', 'chat', { text: 'hello' }).stored;
	});

	it('over a WebSocket it is renewed in place at four fifths of its life, and the connection lives on, by its new name', async () => {
		const { client, isConnected, states, names, clock, pass, asked } = await start({}, [100, 100, 600]);
		await pass(isConnected, 'connected');
		await client.send('tea', 'chat', { text: 'before' }).stored;
		const before = states.length;
		for (const at of [2, 3]) {
			await pass(() => asked() === at, 'another token', 1_000);
			await pass(() => names.includes(`Ann ${at}`), 'the server knows it', 10);
		}
		for (let second = 0; second < 30; second++) await clock.advance(1_000);
		await client.send('tea', 'chat', { text: 'after' }).stored;
		expect(states.slice(before)).toEqual([]);
		expect(client.user?.name).toBe('Ann 3');
	});

	// Here the clock runs ahead of real requests: a stay may begin anew meanwhile, and bring the name with its welcome.
	it('over HTTP it is renewed, and the server knows the new name', async () => {
		const { client, isConnected, pass, asked } = await start(blocked, [100, 600]);
		await pass(isConnected, 'connected');
		await pass(() => client.user?.name !== 'Ann 1', 'the server knows the next token', 500);
		expect(asked()).toBeGreaterThan(1);
		let isStored = false;
		client.send('tea', 'chat', { text: 'after' }).stored.then(() => {
			isStored = true;
		});
		await pass(() => isStored, 'what is said after is stored');
	});

	it('no other one comes in time -> 4202; the next attempt, at once, brings a fresh one', async () => {
		const { client, isConnected, states, clock, pass, asked } = await start({}, [5, 'none', 'none', 'none', 'none', 'none']);
		await until(isConnected);
		await pass(() => states.includes('disconnected'), 'the token has ended');
		expect(client.getErrorHistory()[0]).toMatchObject({ code: 4202, class: 'auth' });
		await pass(() => asked() > 6 && isConnected(), 'connected anew');
		expect(client.user?.id).toBe('ann');
		client.close();
		const asks = asked();
		for (let minute = 0; minute < 5; minute++) await clock.advance(60_000);
		expect(asked()).toBe(asks);
	});

	it('one that is refused -> 4001, and another one with the next attempt', async () => {
		const { client, isConnected, states, pass, asked } = await start({}, ['eyJhbGciOiJub25lIn0.e30.']);
		await pass(isConnected, 'connected');
		expect(states).toEqual(['connecting', 'disconnected', 'connecting', 'connected']);
		expect(client.getErrorHistory()).toMatchObject([{ code: 4001, class: 'auth' }]);
		expect(asked()).toBe(2);
	});

	it('the app that gives them is down -> as a network that is', async () => {
		const { client, isConnected, pass } = await start({}, ['none', 'none', 'none', 'none']);
		await pass(isConnected, 'connected');
		expect(client.getErrorHistory()[0]).toMatchObject({ class: 'connection' });
	});

	it('closed -> nothing of it is left', async () => {
		const { client, isConnected, server } = await start();
		await until(isConnected);
		client.close();
		await until(() => server.realtime.counts().connections === 0);
	});
});
