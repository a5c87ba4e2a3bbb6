/** The fault proxy in front of HTTP: WebSockets are kept out while requests pass, and answers get lost on their way. */
import { afterEach, describe, expect, it } from 'bun:test';
import { WebSocket } from 'ws';
import { systemClock } from '../../../src/lib/clock.ts';
import { createFaultProxy } from '../../support/proxy.ts';
import { createRandom } from '../../support/random.ts';
import { asksForUpgrade, pathOf, RequestHeads } from '../../support/request-heads.ts';
import { until } from '../../support/until.ts';
import { dial, stopAll, stopLater } from './sockets.ts';

afterEach(stopAll);

function serve() {
	const requests: string[] = [];
	const server = Bun.serve({
		port: 0,
		hostname: '127.0.0.1',
		fetch(request, server) {
			const { pathname } = new URL(request.url);
			requests.push(pathname);
			if (server.upgrade(request)) return undefined;
			return new Response(`answer to ${pathname}`);
		},
		websocket: { message: (socket, text) => void socket.send(text) },
	});
	const target = { hostname: '127.0.0.1', port: server.port ?? 0 };
	const proxy = createFaultProxy({ target, random: createRandom(7), clock: systemClock });
	stopLater(() => {
		proxy.close();
		server.stop(true);
	});
	return { requests, proxy };
}

/** A WebSocket and how it ended: the status of a refusal, or its close code. */
function webSocket(port: number) {
	const socket = new WebSocket(`ws://127.0.0.1:${port}/api/websocket`);
	const seen: { text: string; end: number | null } = { text: '', end: null };
	socket.on('message', (data) => {
		seen.text += String(data);
	});
	socket.on('unexpected-response', (_, { statusCode = 0 }) => {
		seen.end = statusCode;
	});
	socket.on('close', (code) => {
		seen.end ??= code;
	});
	socket.on('error', () => {});
	stopLater(() => socket.terminate());
	return { socket, seen };
}
async function opened(port: number) {
	const { socket, seen } = webSocket(port);
	await until(() => socket.readyState === WebSocket.OPEN);
	return { socket, seen };
}
const upgrade =
	'GET /api/websocket HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

describe('blocking upgrades', () => {
	it('refuse: WebSockets are cut, new ones get 403; a kept connection goes on serving requests', async () => {
		const { requests, proxy } = serve();
		const old = await opened(proxy.port);
		const plain = await dial(proxy.port);
		plain.send(get('/one'));
		await until(() => plain.seen.text.includes('answer to /one'));
		proxy.blockUpgrades('refuse');
		await until(() => old.seen.end === 1006);
		const late = webSocket(proxy.port);
		await until(() => late.seen.end === 403);
		plain.send(get('/two'));
		await until(() => plain.seen.text.includes('answer to /two'));
		expect(requests).toEqual(['/api/websocket', '/one', '/two']);
		await until(() => proxy.connections.length === 1);

		proxy.blockUpgrades(false);
		const back = await opened(proxy.port);
		back.socket.send('hello');
		await until(() => back.seen.text === 'hello');
	});

	it('hang: an upgrade hears nothing, even after it is lifted; the server never heard of it', async () => {
		const { requests, proxy } = serve();
		proxy.blockUpgrades('hang');
		const late = await dial(proxy.port);
		late.send(upgrade);
		await until(() => proxy.connections.length === 1);
		expect(await (await fetch(`http://127.0.0.1:${proxy.port}/plain`)).text()).toBe('answer to /plain');
		proxy.heal();
		await opened(proxy.port);
		expect([late.seen.bytes, late.seen.ended, late.seen.closed]).toEqual([0, false, null]);
		expect(requests).toEqual(['/plain', '/api/websocket']);
		const before = proxy.connections.length;
		late.socket.terminate();
		await until(() => proxy.connections.length < before);
	});
});

describe('losing answers', () => {
	it('the request of that path arrives, its answer does not, and the next one does; others are left alone', async () => {
		const { requests, proxy } = serve();
		proxy.loseAnswers('/api/poll');
		const plain = await dial(proxy.port);
		plain.send(get('/other'));
		await until(() => plain.seen.text.includes('answer to /other'));
		plain.send(get('/api/poll?x=1'));
		await until(() => plain.seen.closed === 'reset');
		expect(plain.seen.text).not.toContain('answer to /api/poll');
		const again = await dial(proxy.port);
		again.send(get('/api/poll'));
		await until(() => again.seen.text.includes('answer to /api/poll'));
		expect(requests).toEqual(['/other', '/api/poll', '/api/poll']);
	});
});

describe('heads of requests', () => {
	it('are found whole or in parts, and only where a request begins', () => {
		const heads = new RequestHeads();
		const add = (text: string) => heads.add(Buffer.from(text));
		expect(add('no request')).toBeUndefined();
		expect(add('GET /a HTTP/1.1\r\nupgr')).toBeUndefined();
		expect(add('ade: WebSocket\r\n\r\n')).toBe('GET /a HTTP/1.1\r\nupgrade: WebSocket');
		expect(add('POST /b?c HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n')).toBe('POST /b?c HTTP/1.1');
		expect(add(`GET /long ${'x'.repeat(20_000)}`)).toBeUndefined();
		expect(add(get('/after'))).toBe('GET /after HTTP/1.1\r\nhost: x');
	});

	it('say what they are for', () => {
		expect(asksForUpgrade('GET / HTTP/1.1\r\nUpgrade: websocket\r\nhost: x')).toBe(true);
		expect(asksForUpgrade('GET /upgrade:websocket HTTP/1.1\r\nhost: x')).toBe(false);
		expect(pathOf('POST /api/poll?a=1 HTTP/1.1')).toBe('/api/poll');
	});
});
