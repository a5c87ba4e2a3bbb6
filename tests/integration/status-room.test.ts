/** The status room of a real server, followed by a real client over every way: fresh once, told each second, never asked for in a loop. */
import { afterEach, expect, it } from 'bun:test';
import { createClient, type RoomHandlers } from '../../src/lib/client/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { STATUS_ROOM } from '../../src/lib/protocol/status.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, type InProcessOptions, startInProcess } from '../support/in-process.ts';
import { createFaultProxy } from '../support/proxy.ts';
import { createRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { singleTransport, ways } from '../support/ways.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
	for (const stop of stops.splice(0).reverse()) await stop();
});
async function start(options: InProcessOptions = {}) {
	const clock = new FakeClock();
	const env = { IDENTITY_SECRET: 'one secret for the servers that take each other’s place' };
	const server = await startInProcess({ clock, development: true, env, ...options });
	stops.push(() => server.close());
	return { server, clock };
}
const portOf = ({ url }: InProcess) => Number(new URL(url).port);

it.each(ways.map((way) => [way.title, way] as const))('over %s', async (_, way) => {
	const { server, clock } = await start();
	const target = { hostname: '127.0.0.1', port: portOf(server) };
	const proxy = createFaultProxy({ target, random: createRandom(1), clock: systemClock });
	stops.push(() => proxy.close());
	if (way.blocked) proxy.blockUpgrades('refuse');
	const transport = way.open({ headers: { cookie: await server.cookie('Ann') } });
	const url = `http://127.0.0.1:${proxy.port}/api/websocket`;
	const client = createClient({ url, transport, logger: { debug() {}, error() {} } });
	stops.push(() => client.close());
	const told: string[] = [];
	const times: number[] = [];
	const timeOf = (state: Record<string, unknown>) => {
		if (typeof state.sample === 'object' && state.sample && 'at' in state.sample) times.push(Number(state.sample.at));
	};
	const handlers: RoomHandlers = {
		message: () => void told.push('message'),
		subscribed({ result, state }) {
			told.push(result);
			timeOf(state);
		},
		live: (offset) => void told.push(`live ${offset}`),
		state: timeOf,
	};
	const subscription = client.subscribe(STATUS_ROOM, handlers);
	client.connect();
	await until(() => subscription.live, 'the room is live');
	for (let second = 1; second <= 10; second++) {
		const last = times.length;
		// What changes between two polls is told with the change after it, as nothing asks at that moment.
		await until(() => server.realtime.counts().rooms > 0, 'somebody listens');
		await clock.advance(1_000);
		await until(() => times.length > last, 'the second was told');
	}
	expect([told, client.getErrorHistory()]).toEqual([['fresh', 'live 0'], []]);
	expect(times).toEqual(times.toSorted((a, b) => a - b));
	expect(new Set(times).size).toBeGreaterThanOrEqual(10);
	// Another server answers in the place of this one: another boot.
	const other = await start();
	target.port = portOf(other.server);
	proxy.cut('reset');
	await until(() => told.length >= 4, 'the room is live again');
	expect(told.slice(2)).toEqual(['reset', 'live 0']);
});

it('in production without the token: refused once, the room and nothing else; the connection stays', async () => {
	const { server } = await start({ development: false });
	const transport = singleTransport('long-polling', { headers: { cookie: await server.cookie('Ann') } });
	const client = createClient({ url: `${server.url}/api/websocket`, transport, logger: { debug() {}, error() {} } });
	stops.push(() => client.close());
	const refusals: string[] = [];
	const subscription = client.subscribe(STATUS_ROOM, { message() {}, error: ({ code }) => void refusals.push(code) });
	const lobby = client.subscribe('lobby', { message() {} });
	client.connect();
	await until(() => lobby.live && refusals.length > 0);
	await client.send('lobby', 'chat', { text: 'still here' }).stored;
	expect([refusals, subscription.live, client.state.name]).toEqual([['forbidden'], false, 'connected']);
});
