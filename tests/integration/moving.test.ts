/** Rules 7 and 8: from one transport to another, make before break, in both directions. And a log that fails under a request. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { helloOf, type PollOptions, poll } from '../support/poll.ts';
import { until } from '../support/until.ts';
import { type FaultyLog, gate, openFaultyLog } from './faulty-log.ts';

const folder = temporaryFolder();
const clock = new FakeClock();
let server: InProcess;
let log: FaultyLog;
let ann: PollOptions;
beforeAll(async () => {
	log = await openFaultyLog(folder.path);
	server = await startInProcess({ log, clock, dataDir: folder.path });
	ann = { cookie: await server.cookie('Ann') };
});
beforeEach(() => {
	log.before = {};
	log.batches = 0;
});
afterAll(async () => {
	await server.close();
	folder.remove();
});

const id = () => crypto.randomUUID();
const chat = (room: string, seq: number, text = `number ${seq}`) => ({
	type: 'publish',
	room,
	seq,
	kind: 'chat',
	data: { text },
});
const ask = (frames: object[], options: PollOptions = ann) => poll(server.url, frames, options);

describe('moving between transports', () => {
	const held = (client: string, connectionNumber: number, rooms: string[]) =>
		ask([helloOf(client, { rooms, connectionNumber, waitMs: 25_000 })]);

	it('WebSocket -> HTTP: the WebSocket serves until the rooms of the poll are live, then 4005', async () => {
		const room = id();
		const peer = await server.peer('Ann');
		await peer.hello({ rooms: [room] });
		expect((await ask([helloOf(peer.client, { rooms: [room], connectionNumber: 2 })])).frames[0]).toMatchObject({
			resumed: true,
		});
		expect(await peer.closed).toMatchObject({ code: 4005 });
	});

	it('WebSocket -> HTTP: who took its own place does not hear that it was replaced', async () => {
		const room = id();
		const peer = await server.peer('Ann');
		await peer.hello({ rooms: [room] });
		await ask([helloOf(peer.client, { rooms: [room], connectionNumber: 2 })]);
		await peer.closed;
		const [welcome] = (await ask([helloOf(peer.client, { rooms: [room], connectionNumber: 2 })])).frames;
		expect(welcome).toMatchObject({ type: 'welcome', resumed: true });
		expect(welcome).not.toHaveProperty('previous');
	});

	it('HTTP -> WebSocket: the stay goes on until the WebSocket is live, then its requests get 409', async () => {
		const [room, client] = [id(), id()];
		await ask([helloOf(client, { rooms: [room], connectionNumber: 5 })]);
		const waiting = held(client, 5, [room]);
		await until(() => server.realtime.counts().connections === 1);
		const dying = await server.peer('Ann', { client });
		dying.send('no hello yet');
		dying.terminate();
		await dying.closed;
		expect((await ask([helloOf(client, { connectionNumber: 5 }), chat(room, 1)])).types).toContain('ack');
		await waiting;
		const again = held(client, 5, [room]).then(({ status, frames }) => ({ status, frames }));
		const peer = await server.peer('Ann', { client });
		expect(await peer.hello({ rooms: [room], connectionNumber: 6 })).toMatchObject({ resumed: true });
		// The first message was news to it: then it has been answered already.
		expect([200, 409]).toContain((await again).status);
		const late = await ask([helloOf(client, { connectionNumber: 5 }), chat(room, 2)]);
		expect(late).toMatchObject({ status: 409, frames: [{ type: 'error', code: 'replaced', closeCode: 4005 }] });
		expect((await peer.publish(room, 'two', { seq: 2 })).type).toBe('ack');
		peer.close();
		await peer.closed;
	});

	it('HTTP -> WebSocket: while one room of the WebSocket is slow the poll is held and requests count; at its live they end', async () => {
		const [room, client] = [id(), id()];
		const { opened, open } = gate();
		log.before.head = (name) => (name === 'slow' ? opened : undefined);
		await ask([helloOf(client, { rooms: [room], connectionNumber: 1 })]);
		const waiting = held(client, 1, [room]);
		await until(() => server.realtime.counts().connections === 1);
		const peer = await server.peer('Ann', { client });
		peer.send(peer.greeting({ connectionNumber: 2, rooms: [room, 'slow'] }));
		await peer.next('live', (live) => live.room === room);
		expect((await ask([helloOf(client, { connectionNumber: 1 }), chat('elsewhere', 1)])).types).toContain('ack');
		expect(server.realtime.counts().connections).toBe(2);
		open();
		await peer.next('live', (live) => live.room === 'slow');
		expect(await waiting).toMatchObject({ status: 409, frames: [{ code: 'replaced', closeCode: 4005 }] });
		peer.close();
		await peer.closed;
	});

	it('a WebSocket that dies before it is live leaves the stay as it was, and the next one needs a higher number', async () => {
		const [room, client] = [id(), id()];
		const { opened, open } = gate();
		log.before.head = (name) => (name === 'never' ? opened : undefined);
		const waiting = held(client, 1, [room]);
		await until(() => server.realtime.counts().connections === 1);
		const dying = await server.peer('Ann', { client });
		dying.send(dying.greeting({ connectionNumber: 2, rooms: ['never'] }));
		await dying.next('welcome');
		dying.terminate();
		await until(() => server.realtime.counts().connections === 1);
		open();
		await ask([helloOf(client, { connectionNumber: 1 }), chat(room, 1)]);
		expect(await waiting).toMatchObject({ status: 200 });
		const again = await server.peer('Ann', { client });
		again.send(again.greeting({ connectionNumber: 2 }));
		expect(await again.closed).toMatchObject({ code: 4005 });
		const next = await server.peer('Ann', { client });
		expect(await next.hello({ connectionNumber: 3 })).toMatchObject({ resumed: true });
		next.close();
		await next.closed;
	});

	it('the log fails under a poll -> 500 with closeCode 1011; the next one is served', async () => {
		log.before.head = () => {
			throw new Error('a bad disk');
		};
		const broken = await ask([helloOf(id(), { rooms: ['damaged'] })]);
		expect(broken).toMatchObject({ status: 500, frames: [{ code: 'server-error', closeCode: 1011 }] });
		log.before = {};
		expect((await ask([helloOf(id(), { rooms: ['damaged'] })])).types).toEqual(['welcome', 'subscribed', 'live']);
	});

	it('a log that answers nothing holds a request 25 s, no longer', async () => {
		const { opened, open } = gate();
		log.before.append = () => opened;
		const asked = ask([helloOf(id()), chat(id(), 1)]);
		await until(() => log.batches > 0);
		await clock.advance(25_000);
		expect((await asked).types).toEqual(['welcome']);
		open();
	});
});
