/** C8: each cause really happens, to a real client of a real server, and `diagnose()` names it. */
import { afterEach, describe, expect, it } from 'bun:test';
import type { ClientOptions } from '../../src/lib/client/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type InProcess, identify, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { createFaultProxy } from '../support/proxy.ts';
import { createRandom } from '../support/random.ts';
import { startServer } from '../support/server.ts';
import { createStrippingProxy } from '../support/stripping-proxy.ts';
import { until } from '../support/until.ts';
import { openFaultyLog } from './faulty-log.ts';
import { range } from './rooms.ts';
import { meddling, Visitor } from './visitor.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: Parameters<typeof startInProcess>[0] = {}): Promise<InProcess> {
	const server = await startInProcess(options);
	closing.push(() => server.close());
	return server;
}
function proxyTo(url: string) {
	const target = { hostname: '127.0.0.1', port: Number(new URL(url).port) };
	const proxy = createFaultProxy({ target, random: createRandom(1), clock: systemClock });
	closing.push(() => proxy.close());
	return { ...proxy, proxy, url: `http://127.0.0.1:${proxy.port}` };
}
function visit(url: string, headers: Record<string, string>, options: ClientOptions = {}): Visitor {
	const visitor = new Visitor(url, headers, options);
	closing.push(() => visitor.client.close());
	return visitor;
}
async function connect(url: string, cookie: string, options: ClientOptions = {}): Promise<Visitor> {
	const visitor = visit(url, { cookie }, options);
	await visitor.reach('connected');
	return visitor;
}
describe('the way there', () => {
	it('nothing is wrong -> healthy', async () => {
		const server = await start();
		const ann = await connect(server.url, await server.cookie('Ann'));
		const { verdict, evidence } = await ann.diagnose();
		expect(verdict).toBe('healthy');
		expect(evidence.join()).toMatch(/answered a ping.*ticket answered 200/);
	});

	it('nobody listens -> unreachable; no network either -> offline', async () => {
		const nowhere = 'http://127.0.0.1:1';
		const ann = visit(nowhere, {});
		await ann.reach('disconnected');
		expect((await ann.diagnose()).verdict).toBe('unreachable');
		const bob = visit(nowhere, {}, { page: { navigator: { onLine: false } } });
		await bob.reach('disconnected');
		expect((await bob.diagnose()).verdict).toBe('offline');
	});

	it('a proxy drops the Upgrade header -> upgrade-stripped, down over WebSocket alone and up over HTTP', async () => {
		const server = await start();
		const proxy = createStrippingProxy(server.url);
		closing.push(proxy.close);
		const cookie = await server.cookie('Ann');
		const ann = visit(proxy.url, { cookie });
		await ann.pass(() => ann.client.getStats().failedAttempts === 2, 'two attempts have failed');
		expect(ann.client.getErrorHistory().at(-1)?.diagnosis?.verdict).toBe('upgrade-stripped');
		expect((await ann.diagnose()).verdict).toBe('upgrade-stripped');
		const bob = await connect(proxy.url, cookie, { transport: undefined });
		expect(bob.client.state).toMatchObject({ connectionType: 'http' });
		const { verdict, advice } = await bob.diagnose();
		expect(verdict).toBe('upgrade-stripped');
		expect(advice).toContain('proxy_set_header Upgrade $http_upgrade;');
		expect(bob.client.getStats().transports).toMatchObject({ websocket: { successes: 0 }, 'event-stream': { successes: 1 } });
	});

	it('cut once -> cut; cut three times at the same age, after silence -> idle-timeout with that age', async () => {
		const server = await start();
		const { proxy, url } = proxyTo(server.url);
		const ann = await connect(url, await server.cookie('Ann'));
		for (const round of range(1, 3)) {
			await ann.clock.advance(61_000);
			proxy.cut('reset');
			await ann.dropped();
			await ann.reach('connected');
			if (round === 1) expect((await ann.diagnose()).verdict).toBe('cut');
		}
		const { verdict, summary, advice } = await ann.diagnose();
		expect(verdict).toBe('idle-timeout');
		expect(summary).toMatch(/idle for 6[12] s/);
		expect(advice).toContain('proxy_read_timeout');
		expect(ann.explained?.verdict).toBe('idle-timeout');
	});

	it('a black hole -> the heartbeat is lost -> half-open; it is asked while it still looks connected, too', async () => {
		const server = await start();
		const { proxy, url } = proxyTo(server.url);
		const ann = await connect(url, await server.cookie('Ann'), { heartbeatInterval: 30_000 });
		proxy.blackHole('both', true);
		const asked = ann.client.diagnose();
		await ann.clock.advance(4_500);
		expect((await asked).verdict).toBe('half-open');
		await ann.clock.advance(60_000);
		expect(ann.explained?.verdict).toBe('half-open');
		proxy.heal();
		await ann.reach('connected');
		expect((await ann.diagnose()).verdict).toBe('half-open');
	});
});

describe('the server', () => {
	it('kill -9, and a new process -> restarted; the same with SIGTERM', async () => {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		const server = await startServer({ entry: `${import.meta.dir}/../support/realtime-server.ts`, dataDir: folder.path });
		closing.push(() => server.close());
		const ann = await connect(server.url, (await identify(server.url, 'Ann')).cookie);
		await ann.clock.advance(100);
		await server.kill9();
		await ann.dropped();
		await ann.reach('disconnected');
		expect((await ann.diagnose()).verdict).toBe('unreachable');
		await server.restart();
		await ann.reach('connected');
		const { verdict, evidence } = await ann.diagnose();
		expect(verdict).toBe('restarted');
		expect(evidence).toContain('Another server process answers than before.');
		expect(ann.explained?.verdict).toBe('restarted');
		await server.stop();
		await ann.dropped();
		expect(ann.explained?.verdict).toBe('restarted');
	});

	it('no identity -> unauthenticated; a foreign origin -> the ticket says forbidden, and it stops', async () => {
		const server = await start();
		const ann = visit(server.url, {}, { policies: { auth: { tries: 0 } } });
		await ann.reach('closed');
		expect((await ann.diagnose()).verdict).toBe('unauthenticated');
		const bob = visit(server.url, { cookie: await server.cookie('Bob'), origin: 'https://elsewhere.example' });
		await bob.reach('closed');
		expect(bob.client.state).toMatchObject({ cause: { code: 4003, class: 'forbidden' } });
		expect((await bob.diagnose()).verdict).toBe('forbidden');
	});

	it('too many requests -> the ticket says rate-limited; too many connections -> overloaded', async () => {
		const limited = await start({ env: { RATE_LIMIT_REQUESTS_PER_SECOND: '1', RATE_LIMIT_REQUESTS_BURST: '1' } });
		const ann = visit(limited.url, { cookie: await limited.cookie('Ann') });
		await ann.reach('disconnected');
		expect(ann.client.state).toMatchObject({ cause: { class: 'rate-limit' } });
		expect((await ann.diagnose()).verdict).toBe('rate-limited');
		const full = await start({ env: { MAX_CONNECTIONS: '1' } });
		await (await full.peer('Eve')).hello();
		const bob = visit(full.url, { cookie: await full.cookie('Bob') });
		await bob.reach('disconnected');
		expect(bob.client.state).toMatchObject({ cause: { class: 'overload', retryAfterMs: 5_000 } });
		expect((await bob.diagnose()).verdict).toBe('overloaded');
	});

	it('its log fails -> server-error', async () => {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		const log = await openFaultyLog(folder.path);
		const server = await start({ dataDir: folder.path, log });
		const ann = await connect(server.url, await server.cookie('Ann'));
		log.before.head = () => {
			throw new Error('the disk is gone');
		};
		await ann.clock.advance(100);
		ann.client.subscribe('lobby', { message() {} });
		await ann.dropped();
		expect((await ann.diagnose()).verdict).toBe('server-error');
	});
});

describe('the client', () => {
	it('the same client with a higher number -> replaced, and it stops', async () => {
		const server = await start();
		const ann = await connect(server.url, await server.cookie('Ann'));
		const twin = await server.peer('Ann', { client: ann.client.id });
		await twin.hello({ connectionNumber: 99 });
		await ann.reach('closed');
		expect((await ann.diagnose()).verdict).toBe('replaced');
	});

	it('a frame of 70 kB -> too-big', async () => {
		const server = await start();
		const cookie = await server.cookie('Ann');
		const { transport, links } = meddling(cookie);
		const ann = await connect(server.url, cookie, { transport });
		await ann.clock.advance(100);
		links.at(-1)?.send(JSON.stringify({ type: 'signal', room: 'lobby', kind: 'typing', data: 'x'.repeat(70_000) }));
		await ann.dropped();
		await ann.reach('connected');
		expect((await ann.diagnose()).verdict).toBe('too-big');
	});

	it('an older version -> version, and it stops', async () => {
		const server = await start();
		const cookie = await server.cookie('Ann');
		const { transport } = meddling(cookie, (hello) => hello.replace('"version":1', '"version":99'));
		const ann = visit(server.url, { cookie }, { transport });
		await ann.reach('closed');
		expect((await ann.diagnose()).verdict).toBe('version');
	});

	it('it reads slower than the room speaks -> slow-consumer', async () => {
		const server = await start();
		const { proxy, url } = proxyTo(server.url);
		const ann = await connect(url, await server.cookie('Ann'));
		ann.client.subscribe('flood', { message() {} });
		await until(() => ann.client.getTimeline().length > 0);
		const writer = await server.peer('Bob');
		await writer.hello();
		proxy.blackHole('down', true);
		for (const _ of range(1, 16)) {
			const frames = range(1, 64).map(() => writer.message('flood', '界'.repeat(4_000)));
			for (const frame of frames) writer.send(frame);
			await writer.next('ack', ({ seq }) => seq === frames.at(-1)?.seq);
		}
		proxy.heal();
		await ann.dropped();
		await ann.reach('connected');
		expect((await ann.diagnose()).verdict).toBe('slow-consumer');
	}, 30_000);
});
