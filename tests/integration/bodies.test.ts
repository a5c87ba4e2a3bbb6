/** Bodies as nobody should write them: each costs little, is answered for what it is, and is no failure of ours. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { connect } from 'node:net';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { helloOf, poll } from '../support/poll.ts';
import { until } from '../support/until.ts';
import { range } from './rooms.ts';

let server: InProcess;
let cookie: string;
beforeAll(async () => {
	server = await startInProcess();
	cookie = await server.cookie('Ann');
});
const failures = () => server.realtime.incidents().errors.byKind.failure ?? 0;
afterAll(() => server.close());

const id = () => crypto.randomUUID();
const post = (body: string) => poll(server.url, body, { cookie });
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const signal = (data: string) => `{"type":"signal","room":"deep","kind":"typing","data":${data}}`;
const withHello = (...frames: string[]) => `[${[JSON.stringify(helloOf(id())), ...frames]}]`;

/** Writes a request by hand. */
function request(head: string[], body = '', what = 'POST /api/poll HTTP/1.1') {
	const { hostname, port } = new URL(server.url);
	const socket = connect(Number(port), hostname);
	let answer = '';
	socket.on('data', (data) => {
		answer += data;
	});
	const text = `${[what, `Cookie: ${cookie}`, ...head].join('\r\n')}\r\n\r\n${body}`;
	const written = new Promise<void>((resolve) => socket.write(text, () => resolve()));
	return { socket, written, answered: () => until(() => answer.includes('\r\n')).then(() => answer.split(' ')[1]) };
}

describe('a body', () => {
	it.each([
		['of brackets alone', nested(500_000), 400, 4002],
		['with a frame that nests 500 000 levels', withHello(signal(nested(500_000))), 400, 4002],
		['with a frame that nests 30 000 levels', withHello(signal(nested(30_000))), 400, 4002],
		['of 1 025 frames', withHello(...range(1, 1_024).map(() => '{"type":"x"}')), 413, 4008],
		['of 500 000 numbers', withHello(...range(1, 500_000).map(() => '1')), 413, 4008],
	])('%s -> refused as a whole', async (_, body, status, closeCode) => {
		expect(await post(body)).toMatchObject({ status, frames: [{ type: 'error', fatal: true, closeCode }] });
		expect(failures()).toBe(0);
	});

	it('64 levels of data are fine; 65 are a bad frame, over WebSocket too', async () => {
		expect((await post(withHello(signal(nested(64)), signal(nested(65))))).frames).toMatchObject([
			{ type: 'welcome' },
			{ type: 'error', code: 'bad-frame' },
		]);
		const peer = await server.peer('Ann');
		await peer.hello({ rooms: ['deep'] });
		peer.send(signal(nested(30_000)));
		expect(await peer.next('error')).toMatchObject({ code: 'bad-frame' });
		peer.send(signal(nested(64)));
		await peer.next('signal');
		peer.close();
	});

	it.each([
		['with its length', ['Content-Length: 1000'], '['],
		['in chunks', ['Transfer-Encoding: chunked'], '1\r\n[\r\n'],
	])('that breaks off (%s) -> the network is to blame', async (_, head, part) => {
		const broken = () => server.realtime.incidents().errors.byCause.network ?? 0;
		const before = broken();
		const { socket, written } = request(['Host: here', ...head], part);
		await written;
		socket.destroy();
		await until(() => server.realtime.incidents().errors.byKind.failure || broken() > before);
		expect(broken()).toBe(before + 1);
		expect(failures()).toBe(0);
	});

	it('that asks for an identity and breaks off -> no error comes out of it', async () => {
		const body = new ReadableStream({ pull: (controller) => controller.error(new Error('The connection was closed.')) });
		const request = new Request(`${server.url}/api/identity`, { method: 'POST', body });
		expect((await server.realtime.identity({ request, address: '127.0.0.1' })).status).toBe(200);
	});

	it.each([
		['/readyz', '200'],
		['/api/websocket/health?x', '200'],
		['/api/websocket/status?window=2h', '400'],
		['/api/websocket/nothing', '404'],
		['/api/websocket', '404'],
		['/', '404'], // a test has no such page
	])('of nothing, without a host: HTTP/1.0 as health checks speak it asks for %s -> %s', async (path, status) => {
		const { socket, answered } = request([], '', `GET ${path} HTTP/1.0`);
		expect(await answered()).toBe(status);
		socket.destroy();
	});

	it.each(['[', 'here:99999'])('for a host that is none (%p) -> 400', async (host) => {
		const { socket, answered } = request([`Host: ${host}`, 'Content-Length: 2'], '[]');
		expect(await answered()).toBe('400');
		socket.destroy();
	});

	it('S9 4 096 characters of data in a signal are passed on; one more is a bad frame, over HTTP too', async () => {
		const [fits, tooLong] = ['界'.repeat(4_094), 'x'.repeat(4_095)];
		expect((await post(withHello(signal(`"${fits}"`), signal(`"${tooLong}"`)))).frames).toMatchObject([
			{ type: 'welcome' },
			{ type: 'error', code: 'bad-frame' },
		]);
		const peer = await server.peer('Bob');
		await peer.hello({ rooms: ['deep'] });
		peer.send(signal(`"${tooLong}"`));
		expect((await peer.next('error')).message).toContain('4096 characters');
		peer.send(signal(`"${fits}"`));
		expect((await peer.next('signal')).data).toBe(fits);
		peer.close();
	});
});
