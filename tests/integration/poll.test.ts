/** `POST /api/poll`: what is answered at once, what is held, and what ends the holding. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { helloOf, type PollOptions, poll } from '../support/poll.ts';
import { until } from '../support/until.ts';

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

describe('a poll that waits', () => {
	const held = (client: string, rooms: object[], options = {}) =>
		ask([helloOf(client, { rooms: rooms as never, waitMs: 25_000, ...options })]);

	it('a quiet room holds it; a message of somebody else ends the waiting; the next poll holds again', async () => {
		const room = id();
		const client = id();
		const before = connections();
		const first = held(client, [{ room }]);
		await until(() => connections() === before + 1);
		await ask([helloOf(id()), chat(room, 1, 'news')]);
		const answer = await first;
		expect(answer.types).toEqual(['welcome', 'subscribed', 'live', 'message']);
		const [, subscribed] = answer.frames;
		if (subscribed?.type !== 'subscribed') throw new Error('unreachable');
		expect(connections()).toBe(before);
		const second = held(client, [{ room, epoch: subscribed.epoch, offset: 1 }]);
		await until(() => connections() === before + 1);
		await clock.advance(25_000);
		expect((await second).types).toEqual(['welcome', 'subscribed', 'live']);
	});
});
