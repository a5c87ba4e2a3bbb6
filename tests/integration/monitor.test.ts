/** The server's measurements, over the real server: figures of a few people, and the room that tells them. */
import { afterEach, describe, expect, it } from 'bun:test';
import * as v from 'valibot';
import { metrics, STATUS_ROOM, statusState } from '../../src/lib/protocol/status.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, type InProcessOptions, startInProcess } from '../support/in-process.ts';
import { helloOf, poll } from '../support/poll.ts';
import { until } from '../support/until.ts';

const servers: InProcess[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await server.close();
});
async function start(options: InProcessOptions = {}) {
	const clock = new FakeClock();
	const server = await startInProcess({ clock, development: true, ...options });
	servers.push(server);
	return { server, clock };
}

describe('metrics', () => {
	it('two people talk -> every message is counted once in, once stored, and once for each who hears it', async () => {
		const { server, clock } = await start();
		const [ann, bea] = [await server.peer('Ann'), await server.peer('Bea')];
		await ann.hello({ rooms: ['lobby'] });
		await bea.hello({ rooms: ['lobby'] });
		for (let n = 0; n < 5; n++) await ann.publish('lobby', `message ${n}`);
		await ann.publish('lobby', ' ');
		await bea.next('message', ({ offset }) => offset === 5);
		await clock.advance(1_000);
		const figures = v.parse(metrics, server.realtime.metrics());
		expect(figures).toMatchObject({
			connections: { now: 2, peak: 2, total: 2, users: 2, rooms: 1, byTransport: { websocket: 2 } },
			transports: { websocket: { clients: 2, attempts: 2, successes: 2, refused: 0, successRate: 1 } },
			fallbackShare: 0,
			messages: { received: 6, stored: 5, duplicates: 0, failed: 1, delivered: 10, successRate: 5 / 6 },
			recovery: { fresh: 2, resumed: 0, rate: null },
			timings: { response: { count: 6 }, delivery: { count: 5 } },
		});
		expect(figures.log.databaseBytes).toBeGreaterThan(0);
	});

	it('one comes back and is given what was missed -> resumed, reconnected, delivered again', async () => {
		const { server } = await start();
		const ann = await server.peer('Ann');
		await ann.hello({ rooms: ['lobby'] });
		const first = await ann.publish('lobby', 'one');
		if (first.type !== 'ack') throw new Error('not stored');
		ann.terminate();
		await until(() => server.realtime.counts().connections === 0);
		const again = await server.peer('Ann', { client: ann.client });
		await again.hello({
			connectionNumber: 2,
			rooms: [{ room: 'lobby', epoch: first.epoch, offset: 0 }],
			lastClose: { code: 1006, transport: 'websocket', afterMs: 61_000 },
		});
		expect(server.realtime.metrics()).toMatchObject({
			connections: { now: 1, peak: 1, total: 2 },
			recovery: { fresh: 1, resumed: 1, gap: 0, reset: 0, rate: 1 },
			reconnects: { total: 1 },
			messages: { delivered: 2 },
			closes: { total: 1, broken: 1, byCause: { network: 1 } },
		});
	});
});

describe('over HTTP', () => {
	it('request after request of one stay -> one way that was welcomed, one room that was recovered', async () => {
		const { server } = await start();
		const cookie = await server.cookie('Ann');
		const first = await poll(server.url, [helloOf('a', { rooms: ['lobby'] })], { cookie });
		const known = first.frames.find((frame) => frame.type === 'subscribed');
		const rooms = [{ room: 'lobby', epoch: known?.epoch ?? '', offset: 0 }];
		for (let n = 0; n < 5; n++) await poll(server.url, [helloOf('a', { rooms })], { cookie });
		await poll(server.url, [helloOf('a', { rooms, connectionNumber: 2 })], { cookie });
		expect(server.realtime.metrics()).toMatchObject({
			connections: { now: 0, total: 2 },
			transports: { 'long-polling': { clients: 1, successes: 2 } },
			recovery: { fresh: 1, resumed: 1 },
		});
	});
});

describe('the status room', () => {
	it('who follows it hears the figures at once and each second, and nobody speaks in it', async () => {
		const { server, clock } = await start();
		const ann = await server.peer('Ann');
		const hello = ann.hello({ rooms: [STATUS_ROOM] });
		const { state, result } = await ann.next('subscribed');
		await hello;
		expect(result).toBe('fresh');
		expect(v.parse(statusState, state).metrics.connections.now).toBe(1);
		await clock.advance(1_000);
		const second = v.parse(statusState, (await ann.next('state')).state);
		await clock.advance(1_000);
		const third = v.parse(statusState, (await ann.next('state')).state);
		expect(third.sample.at - second.sample.at).toBe(1_000);
		expect(await ann.publish(STATUS_ROOM, 'mine')).toMatchObject({ type: 'nack', code: 'forbidden', retry: false });
		ann.send({ type: 'signal', room: STATUS_ROOM, kind: 'typing', data: {} });
		expect(await ann.next('error')).toMatchObject({ code: 'forbidden', room: STATUS_ROOM });
		ann.send({ type: 'history', room: STATUS_ROOM, before: 5 });
		expect(await ann.next('error')).toMatchObject({ code: 'forbidden', room: STATUS_ROOM });
	});

	it('in production it is closed to who does not bring the token', async () => {
		const token = 'a token of many letters';
		const { server } = await start({ development: false, env: { ADMIN_TOKEN: token.replaceAll(' ', '-') } });
		const ann = await server.peer('Ann');
		ann.send(ann.greeting({ rooms: [STATUS_ROOM, '$system:other'] }));
		expect(await ann.next('error')).toMatchObject({ code: 'forbidden', room: STATUS_ROOM });
		expect(await ann.next('error')).toMatchObject({ code: 'forbidden', room: '$system:other' });
		const operator = await server.peer('Olga', { headers: { authorization: `Bearer ${token.replaceAll(' ', '-')}` } });
		await operator.hello({ rooms: [STATUS_ROOM] });
		operator.send({ type: 'subscribe', room: '$system:other' });
		expect(await operator.next('error')).toMatchObject({ code: 'forbidden' });
	});
});
