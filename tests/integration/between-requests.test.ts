/** Who is here over HTTP, as the operator is told: a client is not gone because it asks nothing just now. */
import { afterEach, expect, it } from 'bun:test';
import * as v from 'valibot';
import { connections, metrics } from '../../src/lib/protocol/status.ts';
import { helloOf, poll } from '../support/poll.ts';
import { until } from '../support/until.ts';
import { type Operated, startOperated, withToken } from './operator.ts';

const servers: Operated[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await server.close();
});
async function start(env: Record<string, string> = {}) {
	const server = await startOperated({ env });
	servers.push(server);
	const here = async () => {
		const { transports, fallbackShare } = v.parse(metrics, await (await server.ask('metrics')).json());
		const { rows } = v.parse(connections, await (await server.ask('connections', { headers: withToken })).json());
		expect(rows.length).toBe(transports['long-polling'].clients);
		return [rows.map(({ rooms }) => rooms), fallbackShare];
	};
	return { server, here, cookie: await server.cookie('Ann') };
}

it('a tab that lets another one listen, and asks each 25 s -> here in its rooms all the time; asks no more -> gone', async () => {
	const { server, here, cookie } = await start();
	for (let round = 0; round < 3; round++) {
		await poll(server.url, [helloOf('tab', { rooms: ['lobby', 'shore'] })], { cookie });
		for (let second = 0; second < 25; second++) {
			await server.clock.advance(1_000);
			if (second % 8 === 0) expect(await here()).toEqual([[['lobby', 'shore']], 1]);
		}
	}
	// What it sends travels by a request that asks for no rooms.
	const chat = { type: 'publish', room: 'lobby', seq: 1, kind: 'chat', data: { text: 'ahoy' } };
	expect((await poll(server.url, [helloOf('tab'), chat], { cookie })).types).toContain('ack');
	expect(await here()).toEqual([[['lobby', 'shore']], 1]);
	await server.clock.advance(31_000);
	expect(await here()).toEqual([[], null]);
});

it('one that listens returns at once -> five seconds away, it is gone', async () => {
	const { server, here, cookie } = await start();
	const gone = new AbortController();
	const held = poll(server.url, [helloOf('alone', { rooms: ['lobby'], waitMs: 20_000 })], { cookie, signal: gone.signal });
	await until(() => server.realtime.counts().connections === 1, 'the poll is held');
	gone.abort();
	await held.catch(() => {});
	await until(() => server.realtime.counts().connections === 0, 'it is gone');
	await server.clock.advance(4_000);
	expect(await here()).toEqual([[['lobby']], 1]);
	await server.clock.advance(2_000);
	expect(await here()).toEqual([[], null]);
});

it('a stay whose requests are too many -> each refusal is counted, and it is still one attempt that was welcome', async () => {
	const { server, cookie } = await start({ RATE_LIMIT_REQUESTS_PER_SECOND: '1', RATE_LIMIT_REQUESTS_BURST: '3' });
	const statuses: number[] = [];
	for (let n = 0; n < 8; n++) statuses.push((await poll(server.url, [helloOf('busy', { rooms: ['lobby'] })], { cookie })).status);
	const refused = statuses.filter((status) => status === 429).length;
	expect(refused).toBeGreaterThan(2);
	const { transports, errors } = server.realtime.metrics();
	expect(transports['long-polling']).toMatchObject({ attempts: 1, successes: 1, refused: 0, successRate: 1 });
	expect(errors).toMatchObject({ total: refused, byKind: { refusal: refused }, byTransport: { 'long-polling': refused } });
});
