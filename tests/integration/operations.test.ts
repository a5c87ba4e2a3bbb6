/** What operators ask, over HTTP: shapes, statuses, who sees names and rooms, and what a wrong question is told. */
import { afterEach, describe, expect, it } from 'bun:test';
import * as v from 'valibot';
import { connections, errors, health, metrics, STATUS_ROOM, status } from '../../src/lib/protocol/status.ts';
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

/** Somebody whose name, address and room occur nowhere else, of whom there is an error, too. */
async function withSomebody(options?: OperatedOptions) {
	const server = await start(options);
	const peer = await server.peer('Quetzalcoatl', { headers: { 'x-forwarded-for': '203.0.113.77' } });
	const { user, connection } = await peer.hello({ rooms: ['room-xylophone'] });
	await peer.publish('room-xylophone', ' ');
	await server.clock.advance(2_000);
	await until(() => server.realtime.incidents().errors.total > 0);
	return { ...server, user, peer, connection, personal: ['Quetzalcoatl', '203.0.113.77', 'xylophone', user.id, connection] };
}

const readable = [
	'health',
	'metrics',
	'status',
	'status?window=1h',
	'status?window=24h',
	'errors',
	'/metrics',
	'/healthz',
	'/readyz',
];

describe('shapes', () => {
	it('every answer is what its schema says, and is not kept', async () => {
		const { ask } = await withSomebody();
		for (const [path, schema] of [
			['health', health],
			['metrics', metrics],
			['errors', errors],
			['status', status],
			['status?window=24h', status],
			['connections', connections],
		] as const) {
			for (const headers of [{}, withToken]) {
				const answer = await ask(path, { headers });
				if (answer.status === 401) continue;
				expect(answer.status).toBe(200);
				expect(answer.headers.get('content-type')).toStartWith('application/json');
				expect(answer.headers.get('cache-control')).toBe('no-store');
				const told: unknown = await answer.json();
				expect<unknown>(v.parse(v.strictObject(schema.entries), told)).toEqual(told);
			}
		}
	});

	it('one publish refused -> the same figure everywhere', async () => {
		const { ask } = await withSomebody();
		const told = v.parse(status, await (await ask('status', { headers: withToken })).json());
		const faults = v.parse(errors, await (await ask('errors', { headers: withToken })).json());
		expect(told.metrics.messages).toMatchObject({ received: 1, failed: 1 });
		expect(told.metrics.errors).toMatchObject({ total: 1, byCause: { 'invalid-data': 1 } });
		expect(faults).toMatchObject({ total: 1, byCause: { 'invalid-data': 1 }, lastMinuteByCause: { 'invalid-data': 1 } });
		expect(told.incidents).toEqual(faults.history);
		expect(told.series.window).toBe('5m');
		expect(told.series.values.received.filter((each) => each !== null).reduce((sum, each) => sum + each, 0)).toBe(1);
	});

	it('long ones travel compressed, HEAD without a body', async () => {
		const { ask } = await withSomebody();
		const answer = await ask('metrics', { headers: { 'accept-encoding': 'gzip' } });
		expect([answer.headers.get('content-encoding'), answer.headers.get('vary')]).toEqual(['gzip', 'accept-encoding']);
		expect(v.is(metrics, await answer.json())).toBe(true);
		for (const path of readable) {
			const head = await ask(path, { method: 'HEAD' });
			expect([head.status, await head.text()]).toEqual([200, '']);
		}
	});
});

describe('names, addresses, rooms and ids', () => {
	it('without the token -> in no answer', async () => {
		const { ask, personal } = await withSomebody();
		for (const path of readable) {
			const answer = await ask(path);
			expect(answer.status).toBe(200);
			const body = await answer.text();
			for (const each of personal) expect(body).not.toContain(each);
		}
	});

	it('with the token -> in status, errors and connections, and never in the figures', async () => {
		const { ask, personal, user, connection } = await withSomebody();
		const told = v.parse(status, await (await ask('status', { headers: withToken })).json());
		const row = {
			id: connection,
			user,
			transport: 'websocket',
			address: '203.0.113.77',
			rooms: ['room-xylophone'],
			ageMs: 2_000,
		};
		expect(told.connections).toMatchObject({ total: 1, matching: 1, rows: [row] });
		expect(told.incidents?.[0]).toMatchObject({ kind: 'error', connection, user: user.id, room: 'room-xylophone' });
		const rows = v.parse(connections, await (await ask('connections', { headers: withToken })).json());
		expect(rows).toMatchObject({ total: 1, rows: [row] });
		for (const path of ['metrics', 'health', '/metrics']) {
			const body = await (await ask(path, { headers: withToken })).text();
			for (const each of personal) expect(body).not.toContain(each);
		}
	});

	it('in development -> without the token as well', async () => {
		const { ask, connection } = await withSomebody({ development: true });
		const rows = v.parse(connections, await (await ask('connections')).json());
		expect(rows.rows.map(({ id }) => id)).toEqual([connection]);
		expect(await (await ask('errors')).text()).toContain('xylophone');
	});

	it('for the page of a request -> only to who is signed in: nobody guesses at pages', async () => {
		const { realtime, url, ask } = await withSomebody();
		expect(realtime.status(new Request(url), '5m')).toBeNull();
		expect(realtime.status(new Request(url, { headers: withToken }), '5m')).toBeNull();
		const signIn = await ask('session', { method: 'POST', body: JSON.stringify({ token }) });
		const cookie = signIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
		expect(realtime.status(new Request(url, { headers: { cookie } }), '1h')).toMatchObject({
			series: { window: '1h' },
			connections: { total: 1 },
		});
	});

	it('connections without the token -> 401, where there is none 404, whatever the query', async () => {
		const { ask } = await start();
		const closed = await start({ env: { ADMIN_TOKEN: '' } });
		for (const query of ['', '?sort=age', '?sort=nonsense', '?id=1']) {
			expect((await ask(`connections${query}`)).status).toBe(401);
			expect((await closed.ask(`connections${query}`)).status).toBe(404);
		}
		const brings = await ask('connections', { headers: { authorization: 'Bearer wrong' } });
		expect(brings.status).toBe(401);
		expect((await closed.ask('connections', { headers: withToken })).status).toBe(404);
	});
});

describe('a wrong question', () => {
	it.each([
		['status?window=2h', 'window: expected 5m, 1h, 24h'],
		['status?windw=1h', 'query: this address takes no such parameter'],
		['connections?sort=name', 'sort: expected user, transport, rooms, age, roundTrip, buffered'],
		['connections?limit=-1', 'limit: expected a whole number up to 1000'],
		['connections?limit=1001', 'limit: expected a whole number up to 1000'],
		['connections?descending=yes', 'descending: expected true, false'],
		[`connections?search=${'x'.repeat(101)}`, 'search: expected at most 100 characters'],
	])('%.40s -> 400 %s', async (path, message) => {
		const { ask, realtime } = await start();
		const answer = await ask(path, { headers: withToken });
		expect(answer.status).toBe(400);
		expect(await answer.json()).toMatchObject({ type: 'error', code: 'invalid-data', message });
		expect(realtime.incidents().errors.total).toBe(0);
	});

	it('another method -> 405 with those that it takes', async () => {
		const { ask } = await start();
		for (const path of readable) {
			const answer = await ask(path, { method: 'POST' });
			expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
		}
		expect((await ask('connections', { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD, DELETE');
		expect((await ask('metrics/reset')).headers.get('allow')).toBe('POST');
	});
});

describe('asking too often', () => {
	it('without the token -> 429 once the allowance is used up; with it, and for health checks, never', async () => {
		const { ask } = await start({ env: { RATE_LIMIT_REQUESTS_PER_SECOND: '1', RATE_LIMIT_REQUESTS_BURST: '2' } });
		const statuses = [];
		for (const path of ['metrics', 'health', 'errors', '/metrics']) statuses.push((await ask(path)).status);
		expect(statuses).toEqual([200, 200, 429, 429]);
		for (const path of ['/healthz', '/readyz', '/healthz']) expect((await ask(path)).status).toBe(200);
		for (const path of ['metrics', 'status', '/metrics']) expect((await ask(path, { headers: withToken })).status).toBe(200);
	});

	it('wrong tokens -> 401, and after ten of them 429 for that address, whatever it asks with a token', async () => {
		const server = await start();
		const { ask, clock } = server;
		const guess = (n: number, address = '192.0.2.1') =>
			ask('metrics', { headers: { authorization: `Bearer guess ${n}`, 'x-forwarded-for': address } });
		for (let n = 0; n < 10; n++) expect((await guess(n)).status).toBe(401);
		expect((await guess(10)).status).toBe(429);
		const listens = await server.peer('Guesser', { headers: { ...withToken, 'x-forwarded-for': '192.0.2.1' } });
		await listens.hello();
		listens.send({ type: 'subscribe', room: STATUS_ROOM });
		expect(await listens.next('error')).toMatchObject({ code: 'forbidden', room: STATUS_ROOM });
		const right = () => ask('metrics/reset', { method: 'POST', headers: { ...withToken, 'x-forwarded-for': '192.0.2.1' } });
		expect((await right()).status).toBe(429);
		expect((await guess(11, '192.0.2.2')).status).toBe(401);
		expect((await ask('metrics', { headers: { 'x-forwarded-for': '192.0.2.1' } })).status).toBe(200);
		await clock.advance(10_000);
		expect((await right()).status).toBe(204);
	});
});
