/** What the log says of connections and of requests that were turned away, and what it must not say. */
import { afterEach, describe, expect, it } from 'bun:test';
import { EventStream } from '../support/event-stream.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/in-process.ts';
import { helloOf, poll } from '../support/poll.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';
import { openFaultyLog } from './faulty-log.ts';
import { type LoggedServer, startLogged } from './log-lines.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});
async function start(...given: Parameters<typeof startLogged>): Promise<LoggedServer> {
	const server = await startLogged(...given);
	closing.push(() => server.close());
	return server;
}

describe('a connection', () => {
	it('S10 cut -> one line with all that is known of it, by the id that its welcome named', async () => {
		const server = await start('info');
		const peer = await server.peer('Ann');
		const welcome = await peer.hello({ rooms: ['lobby', 'den'] });
		peer.send(peer.message('lobby', 'no body is ever logged'));
		await peer.next('ack');
		peer.terminate();
		const line = await server.line(/ended/);
		expect(line).toEqual({
			timestamp: expect.any(String),
			level: 'info',
			message: `websocket ${welcome.connection} ended: network (1006)`,
			connection: welcome.connection,
			transport: 'websocket',
			user: welcome.user.id,
			address: '127.0.0.1',
			session: welcome.session,
			connectionNumber: 1,
			code: 1006,
			cause: 'network',
			endedBy: 'network',
			ageMs: expect.any(Number),
			rooms: ['lobby', 'den'],
		});
		expect(server.lines()).toHaveLength(1);
		expect(server.text()).not.toContain('no body');
	});

	it('debug -> also that it opened and was welcome, and whether its session went on', async () => {
		const server = await start('debug');
		const first = await server.peer('Ann');
		const { session } = await first.hello();
		first.terminate();
		await server.line(/ended/);
		const second = await server.peer('Ann', { client: first.client });
		await second.hello({ connectionNumber: 2 });
		await until(() => server.lines().length === 5, 'five lines');
		const told = server.lines().map(({ level, message, resumed }) => [level, message.split(' ').slice(2).join(' '), resumed]);
		expect(told).toEqual([
			['debug', 'opened', undefined],
			['debug', 'is welcome', false],
			['info', 'ended: network (1006)', undefined],
			['debug', 'opened', undefined],
			['debug', 'is welcome', true],
		]);
		expect(server.lines().at(-1)).toMatchObject({ session, connectionNumber: 2 });
	});

	it('S19 a room named as a line of the log -> it stays inside of its line', async () => {
		const server = await start('info');
		const peer = await server.peer('Ann');
		await peer.hello({ rooms: ['a"},{"level":"error"}\u202e'] });
		peer.terminate();
		expect((await server.line(/ended/)).rooms).toEqual(['a"},{"level":"error"}\\u{202e}']);
		expect(server.lines('error.log')).toEqual([]);
	});

	it('an event stream that its client left -> a line; polls -> none, at debug one each', async () => {
		for (const [level, polls] of [
			['info', 0],
			['debug', 2],
		] as const) {
			const server = await start(level);
			const cookie = await server.cookie('Ann');
			const stream = await EventStream.open(server.url, { body: [helloOf('listens')], cookie });
			for (const _ of [1, 2]) await poll(server.url, [helloOf('polls')], { cookie });
			stream.close();
			await server.line(/^event-stream .* ended: client \(1005\)/);
			expect(server.lines().filter(({ message }) => message.endsWith('is answered'))).toHaveLength(polls);
		}
	});

	it('refused by its hello -> its line says why', async () => {
		const server = await start('info');
		const peer = await server.peer('Ann');
		peer.send(peer.greeting({ version: 2 }));
		await peer.closed;
		expect(await server.line(/ended/)).toMatchObject({ level: 'info', code: 4009, refusal: 'version', cause: 'version' });
	});
});

describe('a request that is turned away', () => {
	it('its id is in the answer and in the log; the cookie, the query and the body are not', async () => {
		const server = await start('info');
		const response = await fetch(`${server.url}/api/events?hello=hush&ticket=hush`, {
			headers: { cookie: 'holdfast_identity=hush' },
		});
		const id = response.headers.get('x-request-id');
		expect(id).toMatch(/^[\w-]{20,}$/);
		expect(await server.line(/was answered/)).toEqual({
			timestamp: expect.any(String),
			level: 'info',
			message: `request ${id} to /api/events was answered 401: no valid identity came with the request: get one with POST /api/identity`,
			request: id,
			path: '/api/events',
			status: 401,
			address: '127.0.0.1',
			origin: null,
			code: 'unauthenticated',
			closeCode: 4001,
			reason: expect.any(String),
		});
		expect(server.text()).not.toContain('hush');
	});

	it('an id that a proxy gave it is kept; one that is none is not', async () => {
		const server = await start('info');
		const ask = async (given: string) =>
			(await fetch(`${server.url}/api/websocket`, { headers: { 'x-request-id': given } })).headers.get('x-request-id');
		expect(await ask('proxy-7f3a:1')).toBe('proxy-7f3a:1');
		for (const odd of ['two words', 'x'.repeat(129), '"}', 'é']) expect(await ask(odd)).not.toBe(odd);
	});

	it('one that is served has none', async () => {
		const server = await start('info');
		const headers = { cookie: await server.cookie('Ann'), 'x-request-id': 'mine' };
		const response = await fetch(`${server.url}/api/ticket`, { headers });
		expect([response.status, response.headers.get('x-request-id')]).toEqual([200, null]);
		expect(server.lines()).toEqual([]);
	});

	it('a page of another origin -> a warning that names the origin, over WebSocket and HTTP', async () => {
		const server = await start('info');
		const headers = { origin: 'https://other.example', cookie: await server.cookie('Ann') };
		const peer = new RawPeer(server.url, { headers });
		await peer.closed;
		await fetch(`${server.url}/api/ticket`, { headers });
		await server.line(/to \/api\/ticket/);
		expect(server.lines()).toMatchObject([
			{ level: 'warning', path: '/api/websocket', status: 403, origin: 'https://other.example' },
			{ level: 'warning', path: '/api/ticket', status: 403, origin: 'https://other.example', user: expect.any(String) },
		]);
	});

	it('our own failure -> an error with its stack, and one with the id of the request', async () => {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		const server = await start('info', { dataDir: folder.path, log: await openFaultyLog(folder.path), clock: brokenClock() });
		const response = await fetch(`${server.url}/api/ticket`, { headers: { cookie: await server.cookie('Ann') } });
		expect(response.status).toBe(500);
		const id = response.headers.get('x-request-id');
		expect(server.lines('error.log')).toMatchObject([
			{ where: 'http', error: 'Error: the clock stopped', stack: expect.any(Array) },
			{ request: id, status: 500, path: '/api/ticket' },
		]);
	});

	it('S19 a flood of them -> 200 lines, then 20 a second, which say how many they stand for', async () => {
		const clock = new FakeClock();
		const server = await start('info', { clock });
		const ask = () => fetch(`${server.url}/api/poll`, { method: 'POST', body: '' });
		for (let request = 0; request < 230; request += 1) await ask();
		await until(() => server.lines().length === 200, '200 lines');
		await clock.advance(1_000);
		await ask();
		await until(() => server.lines().length === 201, 'one more');
		expect(server.lines().at(-1)).toMatchObject({ untold: 30 });
	});
});

/** Fails where an admitted request asks it for a number. */
function brokenClock(): FakeClock {
	const clock = new FakeClock();
	clock.now = () => {
		if (new Error().stack?.includes('answerTicket')) throw new Error('the clock stopped');
		return 1_000;
	};
	return clock;
}
