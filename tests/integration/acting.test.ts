/** What the operator does over HTTP: begins to count anew, and ends connections of every kind. Nobody else can. */
import { afterEach, describe, expect, it } from 'bun:test';
import * as v from 'valibot';
import { connections, metrics } from '../../src/lib/protocol/status.ts';
import { EventStream } from '../support/event-stream.ts';
import { helloOf, poll } from '../support/poll.ts';
import { until } from '../support/until.ts';
import { type Operated, type OperatedOptions, startOperated, token, withToken } from './operator.ts';

const servers: Operated[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await server.close();
});
async function start(options?: OperatedOptions): Promise<Operated> {
	const server = await startOperated(options);
	servers.push(server);
	return server;
}
const problem = v.object({ message: v.string() });
const rowsOf = async ({ ask }: Operated) =>
	v.parse(connections, await (await ask('connections', { headers: withToken })).json()).rows;
const end = ({ ask }: Operated, id: string, headers: Record<string, string> = withToken) =>
	ask(`connections?id=${encodeURIComponent(id)}`, { method: 'DELETE', headers });

describe('ending a connection', () => {
	it('a WebSocket -> 204, closed with 4200, counted as no error; its client may come back', async () => {
		const server = await start();
		const [ann, bea] = [await server.peer('Ann'), await server.peer('Bea')];
		const { connection } = await ann.hello({ rooms: ['lobby'] });
		await bea.hello({ rooms: ['lobby'] });
		const answer = await end(server, connection);
		expect([answer.status, answer.headers.get('cache-control')]).toEqual([204, 'no-store']);
		expect(await ann.closed).toMatchObject({ code: 4200, reason: 'ended by the operator' });
		await until(() => server.realtime.counts().connections === 1);
		expect(server.realtime.incidents()).toMatchObject({
			errors: { total: 0 },
			closes: { total: 1, broken: 0, byCause: { drain: 1 } },
		});
		const again = await server.peer('Ann', { client: ann.client });
		await again.hello({ connectionNumber: 2, rooms: ['lobby'] });
		expect(await bea.publish('lobby', 'still here')).toMatchObject({ type: 'ack' });
	});

	it('an event stream -> its last frame says 4200', async () => {
		const server = await start();
		const stream = await EventStream.open(server.url, { cookie: await server.cookie('Ann'), hello: helloOf('c'.repeat(22)) });
		await stream.next('welcome');
		const [row] = await rowsOf(server);
		expect(row?.transport).toBe('event-stream');
		expect((await end(server, row?.id ?? '')).status).toBe(204);
		expect(await stream.next('error')).toMatchObject({ closeCode: 4200, fatal: true, class: 'restart' });
		await stream.ended;
	});

	it('a client on long-polling, by the id of an earlier poll -> the poll that is held says 4200', async () => {
		const server = await start();
		const options = { cookie: await server.cookie('Ann') };
		const client = 'p'.repeat(22);
		const [, subscribed] = (await poll(server.url, [helloOf(client, { rooms: ['lobby'] })], options)).frames;
		if (subscribed?.type !== 'subscribed') throw new Error('not subscribed');
		const [row] = await rowsOf(server);
		expect(row?.transport).toBe('long-polling');
		const rooms = [{ room: 'lobby', epoch: subscribed.epoch, offset: subscribed.offset }];
		const held = poll(server.url, [helloOf(client, { rooms, waitMs: 20_000 })], options);
		await until(() => server.realtime.counts().connections === 1, 'the poll is held');
		expect((await rowsOf(server))[0]?.id).not.toBe(row?.id);
		expect((await end(server, row?.id ?? '')).status).toBe(204);
		expect(await held).toMatchObject({ status: 503, frames: [{ type: 'error', closeCode: 4200, class: 'restart' }] });
		await until(() => server.realtime.counts().connections === 0);
		expect((await end(server, row?.id ?? '')).status).toBe(404); // between two polls there is none to end
	});

	it('an id that is nobody’s -> 404; none, or another parameter -> 400', async () => {
		const server = await start();
		expect((await end(server, 'nobody')).status).toBe(404);
		for (const query of ['', '?id=', '?id=a&force=true']) {
			const answer = await server.ask(`connections${query}`, { method: 'DELETE', headers: withToken });
			expect(answer.status).toBe(400);
			// In our words, and with nothing of what was asked.
			expect(v.parse(problem, await answer.json()).message).toMatch(/^(id: expected the id of a connection|query: .*)$/);
		}
	});
});

describe('beginning to count anew', () => {
	it('-> 204, and every count is 0 since now, on every address', async () => {
		const server = await start();
		const ann = await server.peer('Ann');
		await ann.hello({ rooms: ['lobby'] });
		await ann.publish('lobby', 'one');
		await ann.publish('lobby', ' ');
		await server.clock.advance(5_000);
		expect(await (await server.ask('/metrics')).text()).toContain('holdfast_messages_received_total 2\n');
		expect((await server.ask('metrics/reset', { method: 'POST', headers: withToken })).status).toBe(204);
		const told = v.parse(metrics, await (await server.ask('metrics')).json());
		expect(told).toMatchObject({
			since: server.clock.wall(),
			connections: { now: 1, peak: 1 },
			messages: { received: 0, stored: 0, failed: 0, delivered: 0, successRate: null },
			errors: { total: 0, lastMinute: 0, byCause: {} },
			timings: { response: { count: 0 } },
		});
		const text = await (await server.ask('/metrics')).text();
		expect(text).toContain('holdfast_messages_received_total 0\n');
		expect(text).toContain('holdfast_response_seconds_count 0\n');
	});
});

describe('who may', () => {
	const acts = [
		['metrics/reset', 'POST'],
		['connections?id=x', 'DELETE'],
	] as const;

	const wrong: Record<string, string>[] = [{}, { authorization: 'Bearer wrong' }, { cookie: `holdfast_admin=${token}` }];

	it('without the token or with a wrong one -> 401, in development, too; nothing happens', async () => {
		for (const development of [false, true]) {
			const server = await start({ development });
			for (const [path, method] of acts) {
				for (const headers of wrong) {
					const answer = await server.ask(path, { method, headers });
					expect(answer.status).toBe(401);
					expect(await answer.json()).toMatchObject({ type: 'error', code: 'unauthenticated' });
				}
			}
		}
	});

	it('where no token is configured -> 404, whatever they bring, in development as well', async () => {
		for (const development of [false, true]) {
			const server = await start({ development, env: { ADMIN_TOKEN: '' } });
			for (const [path, method] of acts)
				for (const headers of [{}, withToken]) expect((await server.ask(path, { method, headers })).status).toBe(404);
		}
	});

	it('signed in -> from the app’s own page alone', async () => {
		const server = await start({ env: { ALLOWED_ORIGINS: 'https://friend.example' } });
		const signIn = await server.ask('session', { method: 'POST', body: JSON.stringify({ token }) });
		const cookie = signIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
		const from = async (headers: Record<string, string>) =>
			(await server.ask('metrics/reset', { method: 'POST', headers: { cookie, ...headers } })).status;
		expect(await from({ origin: 'https://friend.example' })).toBe(403);
		expect(await from({ origin: 'https://evil.example' })).toBe(403);
		expect(await from({ origin: 'null' })).toBe(403);
		expect(await from({ 'sec-fetch-site': 'same-site' })).toBe(403);
		expect(await from({ origin: server.url })).toBe(204);
		expect(await from({})).toBe(204);
		expect((await server.ask('connections', { headers: { cookie } })).status).toBe(200);
	});
});
