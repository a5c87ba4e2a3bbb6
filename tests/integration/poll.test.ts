/** `POST /api/poll`: what is answered at once, what is held, and what ends the holding. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import type { ServerFrame } from '../../src/lib/protocol/frames.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { type Greeting, helloOf, type PollOptions, poll } from '../support/poll.ts';
import { until } from '../support/until.ts';
import { openFaultyLog } from './faulty-log.ts';
import { range } from './rooms.ts';

let server: InProcess;
let ann: PollOptions;
const clock = new FakeClock();
beforeAll(async () => {
	server = await startInProcess({ clock });
	ann = { cookie: await server.cookie('Ann') };
});
afterAll(() => server.close());

const id = () => crypto.randomUUID();
const chat = (room: string, seq: number, text = `number ${seq}`) => ({
	type: 'publish',
	room,
	seq,
	kind: 'chat',
	data: { text },
});
const ask = (frames: object[], options: PollOptions = ann) => poll(server.url, frames, options);
const epochOf = (frames: ServerFrame[]): string => {
	const found = frames.find((frame) => frame.type === 'subscribed' || frame.type === 'ack');
	return found && 'epoch' in found ? found.epoch : '';
};
const connections = () => server.realtime.counts().connections;

describe('a poll that does not wait', () => {
	it('hello -> welcome, subscribed, live; nothing of it may be cached or changed on the way', async () => {
		const { status, types, frames, headers } = await ask([helloOf(id(), { rooms: ['quiet'] })]);
		expect({ status, types }).toEqual({ status: 200, types: ['welcome', 'subscribed', 'live'] });
		expect(frames[0]).toMatchObject({ resumed: false, user: { name: 'Ann' } });
		expect(headers.get('cache-control')).toBe('no-store, no-transform');
		expect(headers.get('x-accel-buffering')).toBe('no');
	});

	it('hello, publishes, history, ping in one body -> all their answers in one', async () => {
		const room = id();
		const { types, frames } = await ask([
			helloOf(id(), { rooms: [room] }),
			chat(room, 1),
			chat(room, 2),
			{ type: 'history', room, before: 9 },
			{ type: 'ping', at: 7 },
		]);
		expect(types.filter((type) => type === 'ack')).toHaveLength(2);
		expect(frames.filter(({ type }) => type === 'message')).toMatchObject([{ offset: 1 }, { offset: 2 }]);
		for (const type of ['history', 'pong']) expect(types).toContain(type);
	});
});

describe('between two polls', () => {
	it('a room that nobody follows stays at hand for a moment, takes what is committed, and is let go of by the sweep', async () => {
		const [folder, clock] = [temporaryFolder(), new FakeClock()];
		const log = await openFaultyLog(folder.path);
		const server = await startInProcess({ clock, log, dataDir: folder.path });
		const [cookie, client] = [await server.cookie('Ann'), id()];
		const room = 'resting';
		let reads = 0;
		log.before = { head: () => void reads++, read: () => void reads++ };
		const { frames } = await poll(server.url, [helloOf(client, { rooms: [room] })], { cookie });
		const [first, epoch] = [reads, epochOf(frames)];
		await poll(server.url, [helloOf(client), chat(room, 1)], { cookie });
		const again = await poll(server.url, [helloOf(client, { rooms: [{ room, epoch, offset: 0 }] })], { cookie });
		expect(again.frames.filter(({ type }) => type === 'message')).toMatchObject([{ offset: 1 }]);
		expect([reads, server.realtime.counts().rooms]).toEqual([first, 0]);
		await clock.advance(5_000);
		await poll(server.url, [helloOf(client, { rooms: [{ room, epoch, offset: 1 }] })], { cookie });
		expect(reads).toBeGreaterThan(first);
		await server.close();
		folder.remove();
	});
});

describe('a poll that waits', () => {
	const held = (client: string, rooms: Greeting['rooms'] = [], more: Greeting = {}, signal?: AbortSignal) =>
		ask([helloOf(client, { rooms, waitMs: 25_000, ...more })], { ...ann, ...(signal && { signal }) });
	const holds = (count = 1) => until(() => connections() === count, `${count} held`);

	it('a quiet room holds it; a message of somebody else ends the waiting; time up -> what there is, the next holds again', async () => {
		const [room, client] = [id(), id()];
		const first = held(client, [room]);
		await holds();
		await ask([helloOf(id()), chat(room, 1, 'news')]);
		const answer = await first;
		expect(answer.types).toEqual(['welcome', 'subscribed', 'live', 'message']);
		expect(connections()).toBe(0);
		const epoch = epochOf(answer.frames);
		const second = held(client, [{ room, epoch, offset: 1 }]);
		await holds();
		await clock.advance(25_000);
		expect((await second).types).toEqual(['welcome', 'subscribed', 'live']);
	});

	it('what it missed is answered at once, and so is a reset', async () => {
		const room = id();
		const { frames } = await ask([helloOf(id()), chat(room, 1), chat(room, 2)]);
		const epoch = epochOf(frames);
		const missed = await held(id(), [{ room, epoch, offset: 1 }]);
		expect(missed.types).toEqual(['welcome', 'subscribed', 'message', 'live']);
		const reset = await held(id(), [{ room, epoch: 'of another time', offset: 1 }]);
		expect(reset.frames[1]).toMatchObject({ result: 'reset' });
		expect((await held(id(), [{ room: id(), epoch: 'of another time', offset: 0 }])).frames[1]).toMatchObject({
			result: 'reset',
		});
	});

	it('T-21 an answer that never arrived is given again from the same offset; a repeated publish keeps its offset', async () => {
		const [room, client, other] = [id(), id(), id()];
		const { frames } = await ask([helloOf(client, { rooms: [room] })]);
		const rooms = [{ room, epoch: epochOf(frames), offset: 0 }];
		await ask([helloOf(other), chat(room, 1)]);
		const texts = [await held(client, rooms), await held(client, rooms)].map(({ frames }) =>
			frames.filter(({ type }) => type === 'message'),
		);
		expect(texts[0]).toHaveLength(1);
		expect(texts[1]).toEqual(texts[0] ?? []);
		const twice = [await ask([helloOf(other), chat(room, 2)]), await ask([helloOf(other), chat(room, 2)])];
		expect(twice.flatMap(({ frames }) => frames.filter(({ type }) => type === 'ack'))).toMatchObject([
			{ seq: 2, offset: 2, duplicate: false },
			{ seq: 2, offset: 2, duplicate: true },
		]);
	});

	it('T-22 a second held poll of the same number ends the first with []; one that only sends does not', async () => {
		const [room, client] = [id(), id()];
		const first = held(client, [room]);
		await holds();
		expect((await ask([helloOf(client), chat(id(), 1)])).types).toContain('ack');
		expect(connections()).toBe(1);
		const second = held(client, [room]);
		expect(await first).toMatchObject({ status: 200, text: '[]' });
		expect(connections()).toBe(1);
		await ask([helloOf(id()), chat(room, 1)]);
		expect((await second).types).toContain('message');
	});

	it('a tab that asks every 25 s, and never waits, keeps its session', async () => {
		const client = id();
		const session = async () => (await ask([helloOf(client, { rooms: ['quiet'] })])).frames[0];
		const first = await session();
		for (let round = 0; round < 4; round++) {
			await clock.advance(25_000);
			expect(await session()).toMatchObject({ resumed: true, session: first?.type === 'welcome' && first.session });
		}
		await clock.advance(32_000);
		expect(await session()).toMatchObject({ resumed: false });
		await clock.advance(32_000);
	});

	it('T-23 the client goes -> connection, rooms and topics are free at once, its session when its time is up', async () => {
		const sessions = server.realtime.counts().sessions;
		const abort = new AbortController();
		const gone = held(id(), [id(), id()], {}, abort.signal).catch(() => 'aborted');
		await holds();
		expect(server.realtime.counts()).toMatchObject({ connections: 1, rooms: 2, topics: 2, sessions: sessions + 1 });
		abort.abort();
		expect(await gone).toBe('aborted');
		await holds(0);
		expect(server.realtime.counts()).toMatchObject({ connections: 0, rooms: 0, topics: 0 });
		await clock.advance(32_000);
		expect(server.realtime.counts().sessions).toBe(0);
	});

	it('a long replay is cut and goes on from there; acks of the same body are in the first answer', async () => {
		const [room, writer] = [id(), id()];
		const long = '界'.repeat(3_000);
		let epoch = '';
		for (let part = 0; part < 8; part++)
			epoch = epochOf((await ask([helloOf(writer), ...range(1, 60).map((n) => chat(room, part * 60 + n, long))])).frames);
		const client = id();
		const seen: number[] = [];
		let requests = 0;
		for (let live = false; !live; requests++) {
			const body = [
				helloOf(client, { rooms: [{ room, epoch, offset: seen.at(-1) ?? 0 }] }),
				...(requests === 0 ? [chat(id(), 1)] : []),
			];
			const { frames, types } = await ask(body);
			for (const frame of frames) if (frame.type === 'message') seen.push(frame.offset);
			if (requests === 0) expect(types).toContain('ack');
			live = types.includes('live');
		}
		expect(seen).toEqual(range(1, 480));
		expect(requests).toBeGreaterThan(3);
	});

	it('rooms that a cut left out: the next poll is not held, however quiet they are', async () => {
		const [quiet, writer, client] = [id(), id(), id()];
		const rooms = [id(), id()];
		for (const room of rooms) await ask([helloOf(writer), ...range(1, 50).map((n) => chat(room, n, 'x'.repeat(4_000)))]);
		const cut = await ask([helloOf(client, { rooms: [...rooms, quiet] })]);
		expect(cut.frames.flatMap((frame) => (frame.type === 'live' ? [frame.room] : []))).toEqual(rooms);
		await ask([helloOf(client), chat(id(), 1)]); // sends meanwhile, and follows nothing
		const known = cut.frames.flatMap((frame) =>
			frame.type === 'subscribed' ? [{ room: frame.room, epoch: frame.epoch, offset: frame.offset }] : [],
		);
		const rest = await held(client, [...known, quiet]);
		expect(rest.frames.at(-1)).toMatchObject({ type: 'live', room: quiet });
		const waiting = held(client, [...known, { room: quiet, epoch: epochOf(rest.frames), offset: 0 }]);
		await holds();
		await clock.advance(25_000);
		expect((await waiting).types.filter((type) => type === 'live')).toHaveLength(3);
	});

	it('many rooms with long messages: no answer holds much more than it may, and all are live in the end', async () => {
		const rooms = range(1, 8).map(id);
		const writer = id();
		for (const room of rooms) await ask([helloOf(writer), ...range(1, 25).map((n) => chat(room, n, 'x'.repeat(4_000)))]);
		const client = id();
		const positions = new Map<string, { room: string; epoch?: string; offset?: number }>();
		let missing = rooms;
		let requests = 0;
		while (missing.length > 0 && requests++ < 20) {
			const { frames, text } = await ask([helloOf(client, { rooms: rooms.map((room) => positions.get(room) ?? { room }) })]);
			expect(text.length).toBeLessThan(2 * 262_144);
			const epochs = new Map(frames.flatMap((frame) => (frame.type === 'subscribed' ? [[frame.room, frame.epoch]] : [])));
			for (const frame of frames)
				if (frame.type === 'live')
					positions.set(frame.room, { room: frame.room, epoch: epochs.get(frame.room) ?? '', offset: frame.offset });
			missing = rooms.filter((room) => !positions.has(room));
		}
		expect(missing).toEqual([]);
	});
});

describe('on a real clock', () => {
	it('T-19 a poll held for 12 s in silence survives Bun’s own limit of 10 s', async () => {
		const real = await startInProcess();
		const cookie = await real.cookie('Ann');
		const answer = await poll(real.url, [helloOf(id(), { rooms: ['silence'], waitMs: 12_500 })], { cookie });
		expect(answer).toMatchObject({ status: 200, types: ['welcome', 'subscribed', 'live'] });
		await real.close();
	}, 20_000);
});
