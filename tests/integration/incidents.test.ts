/** T-80: what is done to the server is what it counts, cause by cause. */
import { afterEach, describe, expect, it } from 'bun:test';
import { EventStream } from '../support/event-stream.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { helloOf, poll } from '../support/poll.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';

const servers: InProcess[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await server.close();
});
async function start(env: Record<string, string> = {}) {
	const clock = new FakeClock();
	const server = await startInProcess({ env, clock });
	servers.push(server);
	return { server, clock };
}

describe('T-80 close-cause accounting', () => {
	it('injected and counted are the same', async () => {
		const { server, clock } = await start({ MAX_CONNECTIONS_PER_USER: '2' });
		const cookie = await server.cookie('Ann');
		const dead = await server.peer('Dead');
		await dead.hello({ rooms: ['graveyard'] });
		await clock.advance(61_000);
		for (let n = 0; n < 3; n++) {
			const peer = await server.peer('Ann');
			await peer.hello();
			peer.terminate();
			await until(() => server.realtime.incidents().closes.byCause.network === n + 1);
		}
		for (let n = 0; n < 2; n++) {
			const peer = await server.peer('Ann');
			peer.send('1');
			peer.send('2');
			peer.send('3');
			await peer.closed;
		}
		const big = await server.peer('Ann');
		await big.hello();
		big.send('x'.repeat(70_000));
		await big.closed;
		const stranger = new RawPeer(server.url);
		await stranger.opened;
		stranger.send(stranger.greeting());
		await stranger.closed;
		const old = await server.peer('Ann');
		old.send(old.greeting({ version: 9 }));
		await old.closed;
		const first = await server.peer('Ann');
		await first.hello();
		const second = await server.peer('Ann', { client: first.client });
		await second.hello({ connectionNumber: 2, lastClose: { code: 1006, transport: 'websocket', afterMs: 60_500 } });
		await first.closed;
		const third = await server.peer('Ann');
		await third.hello();
		const tooMany = await server.peer('Ann');
		await tooMany.closed;
		for (const peer of [second, third]) peer.close();
		await Promise.all([second.closed, third.closed]);
		await poll(server.url, [helloOf('a')]); // nobody
		await poll(server.url, '[]', { cookie });
		await poll(server.url, [helloOf('b')], { cookie });
		await EventStream.open(server.url, { cookie, body: [helloOf('c', { version: 9 })] });
		await fetch(`${server.url}/api/ticket`, { headers: { cookie, origin: 'https://evil.example' } });

		await until(() => server.realtime.counts().connections === 0);
		const report = server.realtime.incidents();
		expect(report.closes.byCause).toEqual({
			'heartbeat-timeout': 1,
			network: 3,
			protocol: 2,
			'too-large': 1,
			unauthenticated: 1,
			version: 2,
			replaced: 1,
			'rate-limit': 1,
			client: 2,
		});
		expect(report.errors.byCause).toEqual({
			'heartbeat-timeout': 1,
			network: 3,
			protocol: 3 + 2 * 3, // two connections and a body; each of the frames
			'too-large': 1,
			unauthenticated: 2,
			version: 2,
			'rate-limit': 1,
			forbidden: 1,
		});
		expect(report.closes).toMatchObject({ total: 14, broken: 11, finished: 1 });
		expect(report.errors.byKind).toEqual({ close: 11, refusal: 3, error: 6 });
		expect(report.errors.byTransport).toEqual({ websocket: 16, 'long-polling': 2, 'event-stream': 1, http: 1 });
		expect(report.closes.ages.reported).toEqual([{ fromMs: 60_000, toMs: 65_000, count: 1 }]);
		const [timeout] = report.history.filter(({ cause }) => cause === 'heartbeat-timeout');
		expect(timeout).toMatchObject({ code: 4201, transport: 'websocket', room: 'graveyard', advice: 'wait' });
	});

	it('a restart is told to everybody, and counted for each transport', async () => {
		const { server } = await start();
		const cookie = await server.cookie('Ann');
		const peer = await server.peer('Ann');
		await peer.hello();
		const held = poll(server.url, [helloOf('held', { rooms: ['quiet'], waitMs: 25_000 })], { cookie });
		const stream = await EventStream.open(server.url, { cookie, hello: helloOf('stream', { rooms: ['quiet'] }) });
		await stream.next('live');
		await until(() => server.realtime.counts().connections === 3);
		await server.close();
		expect(await peer.closed).toMatchObject({ code: 1012 });
		const answer = await held;
		expect(answer.status).toBe(503);
		expect(answer.frames).toMatchObject([{ type: 'error', class: 'restart', closeCode: 1012 }]);
		expect(await stream.next('error')).toMatchObject({ class: 'restart', closeCode: 1012 });
		const { errors, closes } = server.realtime.incidents();
		expect(closes.byCause).toEqual({ restart: 3 });
		expect(errors.total).toBe(0);
	});
});
