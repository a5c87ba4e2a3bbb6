/** T-61: requests that come a byte at a time, or not at all, are cut after a while whatever drips, and nobody else waits for them. */
import { afterAll, expect, it } from 'bun:test';
import { connect } from 'node:net';
import { startInProcess } from '../support/in-process.ts';
import { until } from '../support/until.ts';
import { range } from './rooms.ts';

const server = await startInProcess();
afterAll(() => server.close());

/** Opens a connection, and lets it drip until it is cut. */
function slowly(first: string, drop = '') {
	const { hostname, port } = new URL(server.url);
	const socket = connect(Number(port), hostname);
	const state = { cut: false, answer: '' };
	socket.on('data', (data) => {
		state.answer += data;
	});
	socket.on('error', () => {}); // what it wrote last came too late
	if (first) socket.write(first);
	const dripping = setInterval(() => drop && socket.write(drop), 200);
	socket.on('close', () => {
		clearInterval(dripping);
		state.cut = true;
	});
	return state;
}

it('T-61 S12 1 000 slow requests of ten kinds -> each is cut without an answer, and meanwhile people talk', async () => {
	const cookie = `Cookie: ${await server.cookie('Mallory')}`;
	const head = (line: string, ...more: string[]) => [`${line} HTTP/1.1`, 'Host: here', ...more, ''].join('\r\n');
	const kinds: [first: string, drop?: string][] = [
		[''],
		['GET'],
		[head('GET /'), 'X'],
		[head('GET /'), 'X: y\r\n'],
		[head('GET /api/websocket', 'Upgrade: websocket', 'Connection: Upgrade'), 'X: y\r\n'],
		[`${head('POST /api/poll', cookie, 'Content-Length: 1000')}\r\n[`],
		[`${head('POST /api/poll', cookie, 'Content-Length: 1000')}\r\n[`, ' '],
		[`${head('POST /api/poll', cookie, 'Transfer-Encoding: chunked')}\r\n`, '1\r\n \r\n'],
		[`${head('POST /api/events', cookie, 'Content-Length: 1000')}\r\n[`, ' '],
		[`${head('POST /api/identity', 'Content-Length: 1000')}\r\n{`, ' '],
	];
	const slow = kinds.flatMap(([first, drop]) => range(1, 100).map(() => slowly(first, drop)));
	const [ann, bob] = [await server.peer('Ann'), await server.peer('Bob')];
	for (const peer of [ann, bob]) await peer.hello({ rooms: ['lobby'] });
	let said = 0;
	await until(
		async () => {
			said += 1;
			const answer = await (said % 2 ? ann : bob).publish('lobby', `line ${said}`);
			expect(answer).toMatchObject({ type: 'ack', offset: said });
			return slow.every(({ cut }) => cut);
		},
		'all are cut',
		25_000,
	);
	expect(slow.filter(({ answer }) => / 200 /.test(answer.split('\r\n')[0] ?? ''))).toEqual([]);
	expect(server.realtime.counts().connections).toBe(2);
	expect(server.realtime.incidents().errors.byKind.failure ?? 0).toBe(0);
}, 40_000);
