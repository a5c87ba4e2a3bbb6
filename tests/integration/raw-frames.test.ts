/** WebSocket as RFC 6455 has it, byte by byte, straight and through real proxies: what is none of it ends with its code, and nobody else notices. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'bun:test';
import { startHaproxy } from '../support/haproxy.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { startNginx } from '../support/nginx.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';
import { closePayload, encodeFrame, type RawFrame, WireSocket } from '../support/wire-socket.ts';

let server: InProcess;
let cookie: string;
let url: string;
let bystander: RawPeer;
let proxy: { close(): Promise<void> } | undefined;

const [CONTINUATION, TEXT, CLOSE, PING] = [0, 1, 8, 9];
const ping = (at: number) => `{"type":"ping","at":${at}}`;
const broken = Buffer.from([0x22, 0xc3, 0x28, 0x22]);
const half = Buffer.from('"é"').subarray(0, 2);

const headers = (...without: string[]) =>
	[
		`Host: ${new URL(url).host}`,
		`Cookie: ${cookie}`,
		'Upgrade: websocket',
		'Connection: Upgrade',
		'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
		'Sec-WebSocket-Version: 13',
	].filter((line) => !without.some((name) => line.startsWith(`${name}:`)));

/** Somebody who is welcome, and then sends what is none. */
async function wire(): Promise<WireSocket> {
	const socket = new WireSocket(url);
	expect(await socket.upgrade(headers())).toBe(101);
	socket.send({
		opcode: TEXT,
		payload: JSON.stringify({ type: 'hello', version: 1, client: crypto.randomUUID(), connectionNumber: 1 }),
	});
	await until(() => socket.texts.some((text) => text.includes('"welcome"')), 'a welcome');
	return socket;
}

const faults: [title: string, code: number, sent: (RawFrame | Uint8Array)[]][] = [
	['65 537 bytes', 1009, [{ opcode: TEXT, payload: 'x'.repeat(65_537) }]],
	['a length of 2^40', 1009, [{ opcode: TEXT, length: 2 ** 40 }]],
	[
		'fragments of 66 000 bytes',
		1009,
		[
			{ opcode: TEXT, fin: false, payload: 'x'.repeat(33_000) },
			{ opcode: CONTINUATION, payload: 'x'.repeat(33_000) },
		],
	],
	['no mask', 1002, [{ opcode: TEXT, payload: ping(1), masked: false }]],
	['compressed, which nobody agreed on', 1002, [{ opcode: TEXT, payload: ping(1), rsv: 4 }]],
	['the second reserved bit', 1002, [{ opcode: TEXT, payload: ping(1), rsv: 2 }]],
	['the third reserved bit', 1002, [{ opcode: TEXT, payload: ping(1), rsv: 1 }]],
	['opcode 3', 1002, [{ opcode: 3, payload: ping(1) }]],
	['opcode 11', 1002, [{ opcode: 11 }]],
	['a ping in fragments', 1002, [{ opcode: PING, fin: false, payload: 'x' }]],
	['a ping of 126 bytes', 1002, [{ opcode: PING, payload: 'x'.repeat(126) }]],
	['the continuation of nothing', 1002, [{ opcode: CONTINUATION, payload: ping(1) }]],
	[
		'a message within a message',
		1002,
		[
			{ opcode: TEXT, fin: false, payload: '[' },
			{ opcode: TEXT, payload: ping(1) },
		],
	],
	['a close of one byte', 1002, [{ opcode: CLOSE, payload: 'x' }]],
	['a close with 1005', 1002, [{ opcode: CLOSE, payload: closePayload(1005) }]],
	['a close with 999', 1002, [{ opcode: CLOSE, payload: closePayload(999) }]],
	['bytes that are no UTF-8', 1007, [{ opcode: TEXT, payload: broken }]],
	[
		'no UTF-8 over two fragments',
		1007,
		[
			{ opcode: TEXT, fin: false, payload: half },
			{ opcode: CONTINUATION, payload: '"' },
		],
	],
	['a reason that is no UTF-8', 1007, [{ opcode: CLOSE, payload: closePayload(1000, broken) }]],
	['a close with 1000', 1000, [{ opcode: CLOSE, payload: closePayload(1000, 'bye') }]],
	['a close with 4001', 4001, [{ opcode: CLOSE, payload: closePayload(4001) }]],
	['a close without a code', 1005, [{ opcode: CLOSE }]],
];

describe.each([
	['straight', null],
	['through nginx', startNginx],
	['through HAProxy', startHaproxy],
] as const)('T-68 %s', (_, start) => {
	beforeAll(async () => {
		server = await startInProcess();
		const started = await start?.({ upstreamPort: Number(new URL(server.url).port) });
		proxy = started;
		url = started?.url ?? server.url;
		cookie = await server.cookie('Wire');
		bystander = new RawPeer(url, { cookie: await server.cookie('Ann') });
		await bystander.hello({ rooms: ['harbour'] });
	});
	afterAll(async () => {
		bystander.close();
		await proxy?.close();
		await server.close();
	});
	afterEach(async () => {
		expect(await bystander.publish('harbour', 'still here')).toMatchObject({ type: 'ack' });
		await until(() => server.realtime.counts().connections === 1, 'one connection is left');
		expect(server.realtime.incidents().errors.byCause['server-error']).toBeUndefined();
	});

	it.each(faults)('%s -> closed with %i, and nothing behind it is taken', async (_title, code, sent) => {
		const socket = await wire();
		socket.send(...sent, { opcode: TEXT, payload: ping(7) });
		await until(() => socket.ended, 'the other side closes');
		expect(socket.closeCode).toBe(code);
		expect(socket.texts.filter((text) => text.includes('"pong"'))).toEqual([]);
	});

	it('a ping between two fragments -> its pong, and then the message counts', async () => {
		const socket = await wire();
		const [head, tail] = [ping(5).slice(0, 9), ping(5).slice(9)];
		const parts = [
			{ opcode: TEXT, fin: false, payload: head },
			{ opcode: PING, payload: 'x' },
			{ opcode: CONTINUATION, payload: tail },
		];
		socket.send(...parts);
		await until(() => socket.texts.some((text) => text.includes('"pong"')), 'an answer to the message');
		expect(socket.pongs).toBe(1);
		socket.reset();
	});

	it('5 000 empty continuations, and frames that come byte by byte -> one message each', async () => {
		const socket = await wire();
		socket.send({ opcode: TEXT, fin: false, payload: ping(5) });
		socket.send(...Array.from({ length: 5_000 }, () => ({ opcode: CONTINUATION, fin: false })), { opcode: CONTINUATION });
		for (const byte of encodeFrame({ opcode: TEXT, payload: ping(6) })) socket.send(Uint8Array.of(byte));
		await until(() => socket.texts.join().includes('"at":6'), 'an answer to both');
		// Both may come in one text.
		expect(socket.texts.join().match(/"pong"/g)).toHaveLength(2);
		socket.reset();
	});

	it.each(['reset', 'finish'] as const)(
		'TCP is over without a close frame, halfway through a frame (%s) -> the connection is gone',
		async (how) => {
			const socket = await wire();
			socket.send(encodeFrame({ opcode: TEXT, payload: ping(5) }).subarray(0, 9));
			socket[how]();
			await until(() => server.realtime.counts().connections === 1, 'it is gone');
		},
	);

	it.each([
		['version 8', () => [...headers('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 8']],
		['without a key', () => headers('Sec-WebSocket-Key')],
		['without an Upgrade', () => headers('Upgrade')],
		['with 20 KB of headers', () => [...headers(), `X-Long: ${'x'.repeat(20_480)}`]],
		['with a body of two lengths', () => [...headers(), 'Content-Length: 4', 'Transfer-Encoding: chunked']],
		['with two lengths that differ', () => [...headers(), 'Content-Length: 4', 'Content-Length: 5']],
		['without a Host', () => headers('Host')],
	])('an upgrade %s -> is refused', async (_title, lines) => {
		const socket = new WireSocket(url);
		expect(await socket.upgrade(lines())).toBeOneOf([400, 426, 431]);
		socket.reset();
	});
});
