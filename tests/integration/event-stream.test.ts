/** `/api/events`: by GET and by POST, resumed by the id of the last event, short-lived, and bounded for who does not read. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'bun:test';
import { connect } from 'node:net';
import { EventStream, type StreamOptions } from '../support/event-stream.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { helloOf, type PollOptions, poll } from '../support/poll.ts';
import { until } from '../support/until.ts';
import { range } from './rooms.ts';

let server: InProcess;
let ann: PollOptions;
const clock = new FakeClock();
beforeAll(async () => {
	server = await startInProcess({ clock });
	ann = { cookie: await server.cookie('Ann') };
});
const streams: EventStream[] = [];
afterEach(async () => {
	for (const stream of streams.splice(0)) stream.close();
	await until(() => server.realtime.counts().connections === 0);
});
afterAll(() => server.close());

async function open(options: StreamOptions) {
	const stream = await EventStream.open(server.url, { ...ann, ...options });
	streams.push(stream);
	return stream;
}

const id = () => crypto.randomUUID();
const chat = (room: string, seq: number, text = `number ${seq}`) => ({
	type: 'publish',
	room,
	seq,
	kind: 'chat',
	data: { text },
});
const say = (client: string, ...frames: object[]) => poll(server.url, [helloOf(client), ...frames], ann);
const offsets = (stream: EventStream) => stream.all('message').map(({ offset }) => offset);

describe('an event stream', () => {
	it('by GET with a hello: welcome at once, messages as they come; nothing may hold it back', async () => {
		const room = id();
		const stream = await open({ hello: helloOf(id(), { rooms: [room] }) });
		await stream.next('live');
		expect(stream.frames.map(({ type }) => type)).toEqual(['welcome', 'subscribed', 'live']);
		expect(stream.headers.get('content-type')).toBe('text/event-stream');
		expect(stream.headers.get('cache-control')).toBe('no-store, no-transform');
		expect(stream.headers.get('x-accel-buffering')).toBe('no');
		expect(stream.retry).toBe(1_000);
		const writer = id();
		await say(writer, chat(room, 1), chat(room, 2));
		await stream.next('message', ({ offset }) => offset === 2);
	});

	it('by POST the frames after the hello are served too', async () => {
		const room = id();
		const stream = await open({ body: [helloOf(id(), { rooms: [room] }), chat(room, 1), { type: 'ping', at: 3 }] });
		expect(await stream.next('ack')).toMatchObject({ seq: 1, offset: 1 });
		await stream.next('pong', ({ at }) => at === 3);
		await stream.next('message');
	});

	it('ends by itself within 50 to 60 s, pinging meanwhile; Last-Event-ID takes up where it ended', async () => {
		const [room, other, client, writer] = [id(), id(), id(), id()];
		const hello = helloOf(client, { rooms: [room, other] });
		const stream = await open({ hello });
		await stream.next('live', (live) => live.room === other);
		await say(writer, chat(room, 1));
		await stream.next('message');
		await clock.advance(49_000);
		expect(await stream.next('ping')).toMatchObject({ heads: { [room]: 1, [other]: 0 } });
		expect(server.realtime.counts().connections).toBe(1);
		await clock.advance(11_000);
		await stream.ended;
		expect(stream.all('error')).toEqual([]);
		expect(server.realtime.counts()).toMatchObject({ connections: 0, rooms: 0, topics: 0 });
		await say(writer, chat(room, 2), chat(other, 1));
		const again = await open({ hello, lastEventId: stream.lastEventId });
		await again.next('live', (live) => live.room === other);
		expect(again.all('subscribed').map(({ result }) => result)).toEqual(['resumed', 'resumed']);
		expect(again.all('message').map(({ room, offset }) => [room, offset])).toEqual([
			[room, 2],
			[other, 1],
		]);
	});

	it.each([
		'',
		'no base64 at all !',
		Buffer.from('{"a":1}').toString('base64url'),
		Buffer.from('[{"room":"","epoch":1}]').toString('base64url'),
	])('a Last-Event-ID that is none of ours (%p) changes nothing', async (lastEventId) => {
		const stream = await open({ hello: helloOf(id(), { rooms: ['same'] }), lastEventId });
		expect(await stream.next('subscribed')).toMatchObject({ result: 'fresh' });
	});

	it('a position of the hello that is newer than that of the id wins', async () => {
		const [room, writer] = [id(), id()];
		const { frames } = await say(writer, chat(room, 1), chat(room, 2), chat(room, 3));
		const ack = frames.find((frame) => frame.type === 'ack');
		const epoch = ack?.type === 'ack' ? ack.epoch : '';
		const lastEventId = Buffer.from(JSON.stringify([{ room, epoch, offset: 1 }])).toString('base64url');
		const stream = await open({ hello: helloOf(id(), { rooms: [{ room, epoch, offset: 2 }] }), lastEventId });
		await stream.next('live');
		expect(offsets(stream)).toEqual([3]);
	});

	it('T-23 the client goes -> connection, rooms and topics are free again', async () => {
		const stream = await open({ hello: helloOf(id(), { rooms: [id()] }) });
		await stream.next('live');
		expect(server.realtime.counts()).toMatchObject({ connections: 1, rooms: 1, topics: 1 });
		stream.close();
		await until(() => server.realtime.counts().connections === 0);
		expect(server.realtime.counts()).toMatchObject({ connections: 0, rooms: 0, topics: 0 });
	});

	it('one that does not read while 16 MB arrive is ended with 4101; what waits for it stays within its bound', async () => {
		const room = id();
		const { hostname, port, host } = new URL(server.url);
		const hello = Buffer.from(JSON.stringify(helloOf(id(), { rooms: [room] }))).toString('base64url');
		const socket = connect(Number(port), hostname);
		let received = '';
		socket.on('data', (data) => {
			received += data;
		});
		socket.write(`GET /api/events?hello=${hello} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${ann.cookie}\r\n\r\n`);
		await until(() => received.includes('"type":"live"'));
		socket.pause();
		const writer = await server.peer('Ann');
		await writer.hello();
		for (let flood = 0; flood < 20; flood++) {
			const frames = range(1, 64).map((n) => writer.message(room, '界'.repeat(4_000), { n }));
			for (const frame of frames) writer.send(frame);
			await writer.next('ack', ({ seq }) => seq === frames.at(-1)?.seq);
		}
		await until(() => server.realtime.counts().connections === 1);
		socket.resume();
		await until(() => received.includes('"closeCode":4101'));
		// Four megabytes lie in the kernel's buffers; of 16 the rest was never kept.
		expect(received.length * 3).toBeLessThan(8 * 1_048_576);
		const seen = [...received.matchAll(/"type":"message","offset":(\d+)/g)].map(([, offset]) => Number(offset));
		expect(seen).toEqual(range(1, seen.length));
		socket.destroy();
		writer.close();
	}, 30_000);
});
