/** What a collector of traces is told of a connect, a subscribe and a publish; that nothing waits for it; and that nothing is done without one. */
import { afterEach, describe, expect, it } from 'bun:test';
import { resolve } from 'node:path';
import { getLogger } from '@logtape/logtape';
import { startTracing } from '../../src/lib/server/tracing.ts';
import { type CollectedSpan, type Collector, startCollector } from '../support/collector.ts';
import { freePort } from '../support/free-port.ts';
import { cookieJar, type InProcessOptions, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { helloOf, poll } from '../support/poll.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { startServer } from '../support/server.ts';
import { openFaultyLog } from './faulty-log.ts';
import { linesOf } from './log-lines.ts';
import { range } from './rooms.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

function newFolder(): string {
	const folder = temporaryFolder();
	closing.push(folder.remove);
	return folder.path;
}
function newCollector(): Collector {
	const collector = startCollector();
	closing.push(collector.close);
	return collector;
}
async function startProcess(endpoint: string) {
	const dataDir = newFolder();
	const server = await startServer({
		entry: resolve(import.meta.dir, '../support/realtime-server.ts'),
		dataDir,
		env: {
			OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
			OTEL_SERVICE_NAME: 'the chat',
			LOG_LEVEL: 'info',
			RATE_LIMIT_MESSAGES_PER_SECOND: '0',
			RATE_LIMIT_USER_MESSAGES_PER_SECOND: '0',
			RATE_LIMIT_ROOM_MESSAGES_PER_SECOND: '0',
		},
	});
	closing.push(() => server.close());
	const cookie = cookieJar(server.url);
	return { server, dataDir, peer: async (name: string) => new RawPeer(server.url, { cookie: await cookie(name) }) };
}
async function inProcess(endpoint: string, options: InProcessOptions = {}, share = 1) {
	const tracing = await startTracing({ endpoint, share }, getLogger(['holdfast-test']));
	closing.push(tracing.close);
	const server = await startInProcess({ ...options, tracer: tracing.tracer });
	closing.push(() => server.close());
	return { tracing, server };
}
/** Spans of a name, and those whose parent is one. */
const named = ({ spans }: Collector, name: string) => spans.filter((span) => span.name === name);
const below = ({ spans }: Collector, parent: CollectedSpan | undefined) =>
	spans.filter(({ parentSpanId, traceId }) => parentSpanId === parent?.spanId && traceId === parent?.traceId);

describe('a collector', () => {
	it('connect, subscribe, publish, then SIGTERM -> all of it, who is part of whom, and no word of what was said', async () => {
		const collector = newCollector();
		const { server, peer } = await startProcess(collector.url);
		const ann = await peer('Ann');
		const welcome = await ann.hello({ rooms: ['lobby', 'den'] });
		ann.send({ type: 'subscribe', room: 'attic' });
		await ann.next('live', ({ room }) => room === 'attic');
		ann.send(ann.message('lobby', 'hush, a body'), ann.message('lobby', 'hush, another'), ann.message('den', 'hush'));
		for (const _ of [1, 2, 3]) await ann.next('ack');
		await server.stop();

		expect(collector.resource).toMatchObject({ 'service.name': 'the chat', 'service.version': expect.any(String) });
		const [connect, ...others] = named(collector, 'connect');
		expect(others).toEqual([]);
		expect(connect).toMatchObject({
			attributes: {
				'holdfast.connection': welcome.connection,
				'holdfast.transport': 'websocket',
				'holdfast.resumed': false,
				'holdfast.rooms': 2,
			},
		});
		expect(connect?.parentSpanId ?? '').toBe('');
		const rooms = (spans: CollectedSpan[]) => spans.map(({ attributes }) => attributes['holdfast.room']);
		expect(rooms(below(collector, connect))).toEqual(['lobby', 'den']);
		expect(below(collector, connect)[0]?.attributes).toMatchObject({
			'holdfast.resumes': false,
			'holdfast.result': 'fresh',
			'holdfast.live': true,
		});
		// A subscribe that came later stands by itself.
		const alone = named(collector, 'subscribe').filter(({ parentSpanId }) => !parentSpanId);
		expect(rooms(alone)).toEqual(['attic']);

		const [publish] = named(collector, 'publish');
		expect(publish?.attributes).toEqual({ 'holdfast.messages': 3 });
		expect(below(collector, publish).map(({ name, attributes }) => [name, attributes])).toEqual([
			['commit', {}],
			['fan-out', { 'holdfast.rooms': 2, 'holdfast.deliveries': 3 }],
		]);
		expect(collector.texts.join()).not.toContain('hush');
	}, 20_000);

	it('polls of one stay -> one connect, and each room once', async () => {
		const collector = newCollector();
		const { tracing, server } = await inProcess(collector.url);
		const cookie = await server.cookie('Ann');
		for (const _ of range(1, 3)) await poll(server.url, [helloOf('polls', { rooms: ['lobby'] })], { cookie });
		await tracing.close();
		expect(collector.spans.map(({ name }) => name).sort()).toEqual(['connect', 'subscribe']);
	});

	it('a commit that fails -> its span and the batch say so', async () => {
		const collector = newCollector();
		const dataDir = newFolder();
		const log = await openFaultyLog(dataDir);
		log.before.append = () => Promise.reject(new Error('the disk is full\n{"forged":1}'));
		const { tracing, server } = await inProcess(collector.url, { dataDir, log });
		const ann = await server.peer('Ann');
		await ann.hello({ rooms: ['lobby'] });
		expect(await ann.publish('lobby', 'hush')).toMatchObject({ type: 'nack', code: 'storage' });
		await tracing.close();
		const status = { code: 2, message: 'the disk is full\\u{a}{"forged":1}' };
		expect(named(collector, 'publish')).toMatchObject([{ status }]);
		expect(named(collector, 'commit')).toMatchObject([{ status }]);
		expect(named(collector, 'fan-out')).toEqual([]);
	});

	it('half of the traces -> none is cut in two', async () => {
		const collector = newCollector();
		const { tracing, server } = await inProcess(collector.url, {}, 0.5);
		const ann = await server.peer('Ann');
		await ann.hello();
		for (const number of range(1, 60)) await ann.publish('lobby', `${number}`);
		await tracing.close();
		const kept = named(collector, 'publish');
		// 60 throws of a coin: all alike once in 10^17.
		expect(kept.length).toBeGreaterThan(0);
		expect(kept.length).toBeLessThan(60);
		for (const span of kept) expect(below(collector, span)).toHaveLength(2);
		expect(collector.spans.filter(({ name }) => name === 'commit')).toHaveLength(kept.length);
	});
});

describe('a collector that cannot be reached', () => {
	it('nobody waits for it, nothing is lost, the log says it once, and the server still leaves', async () => {
		const { server, dataDir, peer } = await startProcess(`http://127.0.0.1:${freePort()}`);
		const ann = await peer('Ann');
		await ann.hello({ rooms: ['lobby'] });
		// More spans than are kept for later.
		for (const number of range(1, 1_000)) expect(await ann.publish('lobby', `${number}`)).toMatchObject({ offset: number });
		await server.stop();
		const told = linesOf(dataDir, 'websocket.log').filter(({ message }) => message.startsWith('spans do not reach'));
		expect(told.length).toBeLessThanOrEqual(1);
		expect(linesOf(dataDir, 'websocket.log').at(-1)?.message).toBe('the server has stopped');
		expect(linesOf(dataDir, 'error.log')).toEqual([]);
	}, 30_000);
});

describe('no collector', () => {
	it('no tracer, and nothing of OpenTelemetry is loaded', async () => {
		const script = `
			await import('./src/lib/server/create.ts');
			const { startTracing } = await import('./src/lib/server/tracing.ts');
			const { tracer } = await startTracing({ endpoint: undefined, share: 1 });
			const loaded = () => Object.keys(require.cache).filter((path) => path.includes('@opentelemetry')).length;
			const without = loaded();
			const slots = Object.getOwnPropertySymbols(globalThis).filter((symbol) => String(symbol).includes('opentelemetry')).length;
			await import('./src/lib/server/open-telemetry.ts'); // so that this test would see it
			console.log(JSON.stringify({ tracer: tracer === undefined, without, slots, with: loaded() > 0 }));`;
		const child = Bun.spawn([process.execPath, '-e', script], { cwd: resolve(import.meta.dir, '../..'), stdout: 'pipe' });
		expect(JSON.parse(await new Response(child.stdout).text())).toEqual({ tracer: true, without: 0, slots: 0, with: true });
	});
});
