/** What every transport does alike, over the real server and a network that fails: traces of one link. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'bun:test';
import { systemClock } from '../../src/lib/clock.ts';
import { Caller } from '../support/caller.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { createFaultProxy, type FaultProxy } from '../support/proxy.ts';
import { createRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { type Way, ways } from '../support/ways.ts';

let server: InProcess;
let proxy: FaultProxy;
let cookie = '';
const callers: Caller[] = [];

const throughProxyTo = (url: string) =>
	createFaultProxy({
		target: { hostname: '127.0.0.1', port: Number(new URL(url).port) },
		random: createRandom(1),
		clock: systemClock,
	});
beforeAll(async () => {
	server = await startInProcess();
	proxy = throughProxyTo(server.url);
	cookie = await server.cookie('ann');
});
afterEach(() => {
	for (const { link } of callers.splice(0)) link.close(1000, '');
	proxy.heal();
});
afterAll(async () => {
	proxy.close();
	await server.close();
});

/** A link of this way through the proxy, to `server` or another one. */
function call(
	way: Way,
	rooms: string[] = [],
	{ url = `http://127.0.0.1:${proxy.port}`, headers = { cookie } as Record<string, string> } = {},
) {
	if (way.blocked) proxy.blockUpgrades('refuse');
	const caller = new Caller(way.open({ headers }), url, rooms);
	callers.push(caller);
	return caller;
}
let rooms = 0;
const newRoom = () => `room-${++rooms}`;
const range = (to: number) => Array.from({ length: to }, (_, index) => index + 1);
const overHttp = ({ carries }: Way) => carries !== 'websocket';

describe.each(ways.map((way) => [way.title, way] as const))('%s', (_, way) => {
	it('greets once a link, and names what carries', async () => {
		const caller = call(way, [newRoom()]);
		await caller.next('live');
		expect([caller.greetings, caller.link.transport]).toEqual([1, way.carries]);
		expect(caller.hellos).toBeGreaterThan(0);
	});

	it('what is sent within a tick, and from tick to tick, is stored and comes in that order', async () => {
		const room = newRoom();
		const caller = call(way, [room]);
		await caller.next('live');
		const texts = range(60).map((n) => `${n}`);
		caller.send(...texts.slice(0, 40).map((text) => caller.message(room, text)));
		await settle();
		caller.send(...texts.slice(40).map((text) => caller.message(room, text)));
		await until(() => caller.all('ack').length === 60 && caller.offsets(room).length === 60, 'everything is there');
		expect(caller.all('ack').map(({ seq, offset }) => [seq, offset])).toEqual(range(60).map((n) => [n, n]));
		expect(caller.all('message').map(({ data }) => data)).toEqual(texts.map((text) => ({ text })));
	});

	it('nothing is lost, and nothing comes twice, however often the link is asked to look again', async () => {
		const room = newRoom();
		const caller = call(way, [room]);
		await caller.next('live');
		const writer = await server.peer('bob');
		await writer.hello();
		for (const n of range(80)) {
			writer.send(writer.message(room, `${n}`));
			if (n % 3 === 0) caller.link.wake?.();
			if (n % 7 === 0) caller.link.refresh?.();
			if (n % 2 === 0) await writer.next('ack');
		}
		await until(() => caller.offsets(room).length >= 80, 'everything has come');
		caller.send(caller.message(room, 'the last'));
		await caller.next('message', ({ offset }) => offset === 81);
		expect(caller.offsets(room)).toEqual(range(81));
		writer.close();
	});

	it('another room while the link is up', async () => {
		const [first, second] = [newRoom(), newRoom()];
		const caller = call(way, [first]);
		await caller.next('live', ({ room }) => room === first);
		caller.join(second);
		await caller.next('live', ({ room }) => room === second);
		caller.send(caller.message(second, 'here'));
		await caller.next('message', ({ room }) => room === second);
		expect([caller.greetings, caller.link.refresh !== undefined]).toEqual([1, overHttp(way)]);
	});

	it('no identity -> 4001', async () => {
		const caller = call(way, [], { headers: {} });
		expect(await caller.closed).toMatchObject({ code: 4001 });
	});

	it('a server that is full -> its code and its pause', async () => {
		const full = await startInProcess({ env: { MAX_CONNECTIONS: '1' } });
		const door = throughProxyTo(full.url);
		if (way.blocked) door.blockUpgrades('refuse');
		const peer = await full.peer('bob');
		await peer.hello();
		const caller = call(way, [newRoom()], {
			url: `http://127.0.0.1:${door.port}`,
			headers: { cookie: await full.cookie('ann') },
		});
		const { code, retryAfterMs } = await caller.closed;
		// Over WebSocket the pause travels in the error frame before.
		const pause = overHttp(way) ? retryAfterMs : caller.all('error')[0]?.retryAfterMs;
		expect([code, pause]).toEqual([4102, 5_000]);
		peer.close();
		door.close();
		await full.close();
	});

	it('pages of other origins may not connect -> 4003, where a status can be read', async () => {
		const caller = call(way, [], { headers: { cookie, origin: 'https://elsewhere.example' } });
		// A WebSocket alone learns nothing but that it did not open.
		expect((await caller.closed).code).toBe(way.title === 'websocket' ? 1006 : 4003);
	});

	it('asked too often -> 4100 and the pause, where a status can be read', async () => {
		const strict = await startInProcess({ env: { RATE_LIMIT_REQUESTS_PER_SECOND: '1', RATE_LIMIT_REQUESTS_BURST: '1' } });
		const door = throughProxyTo(strict.url);
		if (way.blocked) door.blockUpgrades('refuse');
		const headers = { cookie: await strict.cookie('ann') };
		const { code, retryAfterMs = 0 } = await call(way, [], { url: `http://127.0.0.1:${door.port}`, headers }).closed;
		expect([code, retryAfterMs > 0]).toEqual(way.title === 'websocket' ? [1006, false] : [4100, true]);
		door.close();
		await strict.close();
	});

	it('cut -> 1006, once', async () => {
		const caller = call(way, [newRoom()]);
		await caller.next('live');
		proxy.refuse(true);
		proxy.cut('reset');
		expect(await caller.closed).toMatchObject({ code: 1006 });
		caller.link.close(1000, '');
		await settle();
		expect(caller.closes.length).toBe(1);
	});

	it('nobody listens -> 1006', async () => {
		proxy.refuse(true);
		expect(await call(way).closed).toMatchObject({ code: 1006 });
	});

	it('something else answers, a page for signing in -> 1006, and none of it is delivered', async () => {
		const portal = Bun.serve({
			port: 0,
			hostname: '127.0.0.1',
			fetch: () => new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } }),
		});
		const caller = call(way, [newRoom()], { url: `http://127.0.0.1:${portal.port}` });
		expect(await caller.closed).toMatchObject({ code: 1006 });
		expect(caller.texts).toBe(0);
		await portal.stop(true);
	});

	it('close lets go at once and calls nothing afterwards; twice is fine', async () => {
		const room = newRoom();
		const before = server.realtime.counts().connections;
		const caller = call(way, [room]);
		await caller.next('live');
		await until(() => server.realtime.counts().connections === before + 1, 'the server counts it');
		caller.link.close(1000, '');
		caller.link.close(1000, '');
		const { texts } = caller;
		const writer = await server.peer('bob');
		await writer.hello();
		await writer.publish(room, 'too late');
		writer.close();
		await until(() => server.realtime.counts().connections === before, 'the server has let go');
		expect([caller.texts - texts, caller.closes]).toEqual([0, []]);
	});

	it('close before anything came -> nothing is called', async () => {
		const caller = call(way, [newRoom()]);
		caller.link.close(1000, '');
		const other = call(way, [newRoom()]);
		await other.next('live');
		expect([caller.texts, caller.closes]).toEqual([0, []]);
	});
});

describe('where nothing answers', () => {
	it.each(ways.filter((way) => way.title === way.carries && overHttp(way)).map((way) => [way.title, way] as const))(
		'%s: 1006 in time, and no timer is left',
		async (_, way) => {
			const silent = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
			const clock = new FakeClock();
			const caller = new Caller(way.open({ clock }), `http://127.0.0.1:${silent.port}`, ['room']);
			await clock.advance(way.carries === 'event-stream' ? 2_499 : 9_999);
			expect(caller.closes).toEqual([]);
			await clock.advance(1);
			expect(await caller.closed).toMatchObject({ code: 1006 });
			expect(clock.pending).toBe(0);
			silent.stop(true);
		},
	);
});
