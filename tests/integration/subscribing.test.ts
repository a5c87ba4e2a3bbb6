/** Rule 2: the answer to a subscription, and that nothing is missed or doubled between replay and live. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { fillRooms, offsetsOf, range } from './rooms.ts';

const folder = temporaryFolder();
const clock = new FakeClock();
let server: InProcess;
let epoch = '';
beforeAll(async () => {
	epoch = await fillRooms(folder.path, ['filled', 'other'], 120);
	server = await startInProcess({ dataDir: folder.path, clock, env: { RETENTION_MESSAGES: '100000', RETENTION_DAYS: '0' } });
});
afterAll(async () => {
	await server.close();
	folder.remove();
});

async function subscribed(room: string, position: { epoch?: string; offset?: number } = {}) {
	const peer = await server.peer('Ann');
	await peer.hello();
	peer.send({ type: 'subscribe', room, ...position });
	const answer = await peer.next('subscribed');
	await peer.next('live');
	return { peer, answer };
}

describe('subscribing', () => {
	it('no position -> fresh, with the 50 newest', async () => {
		const { peer, answer } = await subscribed('filled');
		expect(answer).toMatchObject({ result: 'fresh', epoch, offset: 120 });
		expect(offsetsOf(peer, 'filled')).toEqual(range(71, 120));
		peer.close();
	});

	it('an empty room -> fresh at 0, then live', async () => {
		const { peer, answer } = await subscribed('nobody-wrote');
		expect(answer).toMatchObject({ result: 'fresh', epoch, offset: 0 });
		peer.close();
	});

	it('a position in the middle -> resumed, exactly what is above it', async () => {
		const { peer, answer } = await subscribed('filled', { epoch, offset: 17 });
		expect(answer).toMatchObject({ result: 'resumed', offset: 120 });
		expect(answer.missing).toBeUndefined();
		expect(offsetsOf(peer, 'filled')).toEqual(range(18, 120));
		peer.close();
	});

	it.each([0, 69, 70, 71, 119, 120])('resumed from %d: beside the border of what is in memory', async (offset) => {
		const { peer, answer } = await subscribed('filled', { epoch, offset });
		expect(answer.result).toBe('resumed');
		expect(offsetsOf(peer, 'filled')).toEqual(range(offset + 1, 120));
		peer.close();
	});

	it('another epoch -> reset, with the recent messages', async () => {
		const { peer, answer } = await subscribed('filled', { epoch: 'another', offset: 60 });
		expect(answer).toMatchObject({ result: 'reset', epoch, offset: 120 });
		expect(offsetsOf(peer, 'filled')).toEqual(range(71, 120));
		peer.close();
	});

	it('an offset beyond the head -> reset', async () => {
		const { peer, answer } = await subscribed('filled', { epoch, offset: 121 });
		expect(answer).toMatchObject({ result: 'reset', offset: 120 });
		expect(offsetsOf(peer, 'filled')).toEqual(range(71, 120));
		peer.close();
	});

	it('offset 0 of an empty room -> others publish -> resumed from 0', async () => {
		const { peer, answer } = await subscribed('from-zero');
		peer.close();
		await peer.closed;
		const writer = await server.peer('Bob');
		await writer.hello();
		for (const text of ['one', 'two', 'three']) await writer.publish('from-zero', text);
		const back = await subscribed('from-zero', { epoch: answer.epoch, offset: answer.offset });
		expect(back.answer).toMatchObject({ result: 'resumed', offset: 3 });
		expect(offsetsOf(back.peer, 'from-zero')).toEqual([1, 2, 3]);
		writer.close();
		back.peer.close();
	});

	it('several rooms in one hello: each is answered, replayed and live', async () => {
		const peer = await server.peer('Ann');
		await peer.hello({ rooms: [{ room: 'filled', epoch, offset: 100 }, 'other', { room: 'new', epoch, offset: 0 }] });
		expect(peer.all('subscribed').map(({ room, result }) => [room, result])).toContainEqual(['filled', 'resumed']);
		expect(offsetsOf(peer, 'filled')).toEqual(range(101, 120));
		expect(offsetsOf(peer, 'other')).toEqual(range(71, 120));
		expect(peer.all('live')).toHaveLength(3);
		peer.close();
	});

	it('a room named twice in one hello is one subscription, from the later position', async () => {
		const peer = await server.peer('Ann');
		await peer.hello({
			rooms: [
				{ room: 'other', epoch, offset: 5 },
				{ room: 'other', epoch, offset: 110 },
			],
		});
		peer.send({ type: 'ping', at: 1 });
		await peer.next('pong');
		expect(peer.all('live')).toHaveLength(1);
		expect(offsetsOf(peer, 'other')).toEqual(range(111, 120));
		const writer = await server.peer('Bob');
		await writer.hello();
		await writer.publish('twice', 'x');
		peer.send({ type: 'subscribe', room: 'twice' }, { type: 'subscribe', room: 'twice' });
		await peer.next('live', ({ room }) => room === 'twice');
		await writer.publish('twice', 'y');
		await peer.next('message', ({ room, offset }) => room === 'twice' && offset === 2);
		peer.send({ type: 'ping', at: 2 });
		await peer.next('pong', ({ at }) => at === 2);
		expect(offsetsOf(peer, 'twice').filter((offset) => offset === 2)).toHaveLength(1);
		for (const each of [peer, writer]) each.close();
	});

	it('each room: subscribed, then its messages ascending, then live', async () => {
		const { peer } = await subscribed('filled', { epoch, offset: 2 });
		const own = peer.frames.filter((frame) => 'room' in frame && frame.room === 'filled').map(({ type }) => type);
		expect(own).toEqual(['subscribed', ...Array(118).fill('message'), 'live']);
		peer.close();
	});

	it('unsubscribe -> nothing of the room comes any more', async () => {
		const { peer } = await subscribed('left');
		const writer = await server.peer('Bob');
		await writer.hello();
		await writer.publish('left', 'heard');
		await peer.next('message');
		peer.send({ type: 'unsubscribe', room: 'left' }, { type: 'ping', at: 1 });
		expect((await peer.next('pong')).heads).toEqual({});
		await writer.publish('left', 'not heard');
		peer.send({ type: 'ping', at: 2 });
		await peer.next('pong');
		expect(offsetsOf(peer, 'left')).toEqual([1]);
		peer.close();
		writer.close();
	});

	it('every subscribe is answered, in order; only a room that was not left goes live', async () => {
		const peer = await server.peer('Ann');
		await peer.hello();
		const subscribe = { type: 'subscribe', room: 'filled', epoch, offset: 3 };
		const unsubscribe = { type: 'unsubscribe', room: 'filled' };
		peer.send(
			subscribe,
			unsubscribe,
			subscribe,
			subscribe,
			{ type: 'subscribe', room: 'left' },
			{ type: 'unsubscribe', room: 'left' },
		);
		await peer.next('subscribed', ({ room }) => room === 'left');
		peer.send({ type: 'ping', at: 1 });
		await peer.next('pong');
		expect(peer.all('subscribed').map(({ room }) => room)).toEqual(['filled', 'filled', 'filled', 'left']);
		expect(peer.all('live').map(({ room }) => room)).toEqual(['filled']);
		expect(offsetsOf(peer, 'filled')).toEqual(range(4, 120));
		peer.close();
	});

	it('subscribing again goes on from the new position, without doubles from then on', async () => {
		const { peer } = await subscribed('filled');
		peer.send({ type: 'subscribe', room: 'filled', epoch, offset: 118 });
		await peer.next('live');
		expect(offsetsOf(peer, 'filled')).toEqual([...range(71, 120), 119, 120]);
		peer.close();
	});

	it('100 rooms are followed, the next is refused, one of them may be asked for again', async () => {
		const peer = await server.peer('Ann');
		await peer.hello({ rooms: range(1, 100).map((n) => `room ${n}`) });
		peer.send({ type: 'subscribe', room: 'room 101' });
		expect(await peer.next('error')).toMatchObject({ code: 'rate-limited', fatal: false });
		peer.send({ type: 'subscribe', room: 'room 7' });
		await peer.next('live', ({ room }) => room === 'room 7');
		peer.close();
	});
});

describe('retention', () => {
	it('trimmed below the position -> gap with what is missing, then the rest; at the floor -> resumed', async () => {
		const trimmed = temporaryFolder();
		const epoch = await fillRooms(trimmed.path, ['kept-short'], 1_500);
		const clock = new FakeClock();
		const server = await startInProcess({
			dataDir: trimmed.path,
			clock,
			env: { RETENTION_MESSAGES: '700', RETENTION_DAYS: '0' },
		});
		await clock.advance(60_000);
		const peer = await server.peer('Ann');
		await peer.hello();
		// History says where the log begins by now: the writer trims on its own time.
		let floor = 0;
		while (floor === 0) {
			peer.send({ type: 'history', room: 'kept-short', before: 900, limit: 200 });
			const { messages, more } = await peer.next('history');
			if (!more) floor = (messages[0]?.offset ?? 0) - 1;
		}
		expect(floor).toBe(800);
		peer.send({ type: 'subscribe', room: 'kept-short', epoch, offset: 300 });
		expect(await peer.next('subscribed')).toMatchObject({ result: 'gap', offset: 1_500, missing: { from: 301, to: 800 } });
		await peer.next('live');
		expect(offsetsOf(peer, 'kept-short')).toEqual(range(801, 1_500));
		peer.send({ type: 'subscribe', room: 'kept-short', epoch, offset: 800 });
		expect(await peer.next('subscribed')).toMatchObject({ result: 'resumed' });
		await peer.next('live');
		await server.close();
		trimmed.remove();
	});
});
