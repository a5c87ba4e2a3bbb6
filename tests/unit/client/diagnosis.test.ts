/** A client that finds out why: what each drop is put down to, what the checks add, and what is asked of whom. */
import { describe, expect, it } from 'bun:test';
import type { ClientOptions } from '../../../src/lib/client/options.ts';
import { closeResponse } from '../../../src/lib/server/http/refusal.ts';
import { setup } from './harness.ts';

const url = 'http://127.0.0.1:1/api/websocket';
const ticket = () => Response.json({ ticket: 't', expiresInMs: 30_000, websocket: true, spreadMs: 0 });

/** A server whose ticket endpoint answers with what the test puts into `answer`, and counts. */
function asking(options: ClientOptions = {}) {
	const asked: string[] = [];
	const door = { answer: (): Response | Promise<Response> => ticket() };
	const made = setup({
		url,
		fetch: async (address) => {
			asked.push(address);
			return door.answer();
		},
		...options,
	});
	return { ...made, asked, door };
}
const verdictsOf = (client: ReturnType<typeof setup>['client']) =>
	client.getErrorHistory().map(({ diagnosis }) => diagnosis?.verdict);

describe('every drop is explained', () => {
	it('cut -> back -> another process answers -> restarted, in the history as well', async () => {
		const { client, clock, server } = setup();
		client.connect();
		await clock.advance(100);
		server.last.close(1006);
		expect(verdictsOf(client)).toEqual(['cut']);
		const [before] = client.getErrorHistory();
		server.welcome = { server: { node: 'a', boot: 'another', version: '0' } };
		await clock.advance(1_100);
		expect(verdictsOf(client)).toEqual(['restarted']);
		expect(client.getErrorHistory()[0]?.diagnosis?.evidence).toContain('Another server process answers than before.');
		expect(before?.diagnosis?.verdict).toBe('cut');
		server.last.close(1006);
		await clock.advance(1_100);
		expect(verdictsOf(client)).toEqual(['restarted', 'cut']);
		client.close();
	});

	it('what the server says of the connection before goes into its record', async () => {
		const { client, clock, server } = setup();
		client.connect();
		await clock.advance(100);
		server.last.close(1006);
		server.welcome = { previous: { endedBy: 'slow-consumer', code: 4101 } };
		await clock.advance(1_100);
		expect(verdictsOf(client)).toEqual(['slow-consumer']);
		client.close();
	});

	it('silence -> half-open; a probe that stays unanswered is in the timeline', async () => {
		const { client, clock, server, window } = setup();
		client.connect();
		await clock.advance(100);
		server.last.silent = true;
		window.dispatchEvent(new Event('online'));
		await clock.advance(5_010);
		expect(verdictsOf(client)).toEqual(['half-open']);
		expect(client.getTimeline()).toContainEqual(expect.objectContaining({ type: 'probe', ms: null }));
		expect(client.getTimeline()).toContainEqual(expect.objectContaining({ type: 'network', event: 'online' }));
		client.close();
	});

	it('three times at the same age after silence -> a timer in between', async () => {
		const { client, clock, server } = setup({ heartbeatInterval: 80_000_000 });
		client.connect();
		for (let round = 0; round < 3; round++) {
			await clock.advance(62_000);
			server.last.close(1006);
		}
		expect(verdictsOf(client)).toEqual(['cut', 'cut', 'idle-timeout']);
		client.close();
	});
});

describe('an attempt that failed asks the ticket why', () => {
	it.each([
		[
			() => closeResponse(4003, 'not you'),
			{ name: 'closed', cause: { code: 4003, class: 'forbidden', reason: 'not you' } },
			'forbidden',
		],
		[
			() => closeResponse(4102, 'full', { retryAfterMs: 9_000 }),
			{ name: 'disconnected', cause: { code: 4102, class: 'overload', retryAfterMs: 9_000 } },
			'overloaded',
		],
		[() => closeResponse(4100, 'slowly'), { name: 'disconnected', cause: { class: 'rate-limit' } }, 'rate-limited'],
		[() => closeResponse(4001, 'who?'), { name: 'disconnected', cause: { class: 'auth' } }, 'unauthenticated'],
		[
			() => new Response('<h1>403</h1>', { status: 403 }),
			{ name: 'disconnected', cause: { class: 'connection' } },
			'unreachable',
		],
		[() => ticket(), { name: 'disconnected', cause: { class: 'connection' } }, 'cut'],
		[() => Promise.reject(new Error('refused')), { name: 'disconnected', cause: { class: 'connection' } }, 'unreachable'],
	])('%p -> %j', async (answer, state, verdict) => {
		const { client, clock, server, door, asked } = asking();
		server.door = 1006;
		door.answer = answer;
		client.connect();
		await clock.advance(10);
		expect(client.state).toMatchObject(state);
		expect(client.getErrorHistory().map(({ diagnosis }) => String(diagnosis?.verdict))).toEqual([verdict]);
		expect(asked).toEqual(['http://127.0.0.1:1/api/ticket']);
		client.close();
	});

	it('an answer that does not come keeps nothing waiting for longer than 4 s; close() in between is final', async () => {
		const { client, clock, server, door, create } = asking();
		server.door = 1006;
		door.answer = () => new Promise(() => {});
		client.connect();
		await clock.advance(3_900);
		expect(client.state.name).toBe('connecting');
		await clock.advance(200);
		expect(client.state.name).toBe('disconnected');
		client.close();
		const other = create();
		other.connect();
		await clock.advance(10);
		other.close();
		await clock.advance(100_000);
		expect(other.state).toMatchObject({ name: 'closed', cause: null });
		expect(clock.pending).toBe(0);
	});

	it('a server that answered nothing for 10 s is not waited for any longer', async () => {
		const { client, clock, server, asked } = asking();
		server.door = 'hang';
		client.connect();
		await clock.advance(10_000);
		expect(client.state.name).toBe('disconnected');
		expect(asked).toEqual([]);
		client.close();
	});

	it('a storm of drops asks no more often than every 5 s; a connection that was up asks nobody', async () => {
		const { client, clock, server, asked } = asking({ backoff: () => 100 });
		client.connect();
		await clock.advance(100);
		server.last.close(1006);
		expect(asked).toEqual([]);
		server.door = 1006;
		await clock.advance(1_000);
		expect(server.connections.length).toBeGreaterThan(8);
		expect(asked.length).toBe(1);
		client.close();
	});
});

describe('diagnose()', () => {
	it('connected -> asks the connection and the ticket -> healthy; one run at a time', async () => {
		const { client, clock, asked } = asking();
		client.connect();
		await clock.advance(100);
		const runs = [client.diagnose(), client.diagnose()] as const;
		await clock.advance(20);
		const [first, second] = await Promise.all(runs);
		expect(first).toBe(second);
		expect(first).toMatchObject({ verdict: 'healthy', summary: 'All is well.', at: expect.any(Number) });
		expect(first.evidence.join()).toMatch(/Connected over WebSocket.*answered a ping in 10 ms.*ticket answered 200/);
		expect(await client.diagnose()).toBe(first);
		expect(asked.length).toBe(1);
		client.close();
	});

	it('connected, and nobody answers -> half-open within 5 s', async () => {
		const { client, clock, server } = setup();
		client.connect();
		await clock.advance(100);
		server.last.silent = true;
		const run = client.diagnose();
		await clock.advance(4_100);
		expect(await run).toMatchObject({ verdict: 'half-open' });
		client.close();
	});

	it('offline -> says so, without anybody to ask', async () => {
		const page = { navigator: { onLine: false }, window: new EventTarget() };
		const { client, clock, server } = setup({ page });
		server.door = 'hang';
		client.connect();
		await clock.advance(10_000);
		expect(await client.diagnose()).toMatchObject({ verdict: 'offline' });
		expect(client.getErrorHistory().at(-1)?.diagnosis?.verdict).toBe('offline');
		client.close();
	});

	it('no WebSocket opens while HTTP answers -> upgrade-stripped; an address that is none does no harm', async () => {
		const socket = { onopen: null, onmessage: null, onclose: null, onerror: null, send() {}, close() {} };
		const { client, clock, server, create } = asking({ webSocket: () => socket });
		server.door = 4102;
		client.connect();
		await clock.advance(10);
		const run = client.diagnose();
		await clock.advance(4_000);
		expect(await run).toMatchObject({ verdict: 'upgrade-stripped' });
		client.close();
		const nowhere = create({ url: 'http://[' });
		const broken = nowhere.diagnose();
		await clock.advance(4_000);
		expect((await broken).verdict).toBe('unreachable');
		nowhere.close();
	});
});

it('the timeline holds the last 200 things, and no message', async () => {
	const { client, clock, server } = setup({ backoff: () => 10, maxReconnectAttempts: Number.POSITIVE_INFINITY });
	client.subscribe('lobby', { message() {} });
	client.send('lobby', 'chat', { text: 'a secret' });
	client.connect();
	for (let round = 0; round < 60; round++) {
		await clock.advance(40);
		server.last.close(1006);
	}
	const timeline = client.getTimeline();
	expect(timeline.length).toBe(200);
	expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).toSorted((a, b) => a - b));
	expect(JSON.stringify(timeline)).not.toContain('a secret');
	expect(new Set(timeline.map(({ type }) => type))).toEqual(new Set(['state', 'attempt', 'welcome', 'close']));
	client.close();
});
