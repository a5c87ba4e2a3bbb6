/** What clients say of messages that wait for their ack: by a real client whose acks are held back, and by one that talks nonsense. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { createClient } from '../../src/lib/client/index.ts';
import { decodeClient } from '../../src/lib/protocol/codec.ts';
import type { OutboxReport } from '../../src/lib/protocol/frames.ts';
import type { Transport } from '../../src/lib/transports/transport.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { helloOf, poll } from '../support/poll.ts';
import { until } from '../support/until.ts';
import { singleTransport } from '../support/ways.ts';
import { gate, openFaultyLog } from './faulty-log.ts';

/** The transport, and what each pong over it said. */
function tapped(transport: Transport) {
	const pongs: (OutboxReport | undefined)[] = [];
	const tap: Transport = {
		name: transport.name,
		open(url, handlers) {
			const link = transport.open(url, handlers);
			const send = (text: string) => {
				for (const decoded of decodeClient(text))
					if (decoded.ok && decoded.frame.type === 'pong') pongs.push(decoded.frame.outbox);
				link.send(text);
			};
			return { transport: link.transport, send, close: (code, reason) => link.close(code, reason) };
		},
	};
	return { transport: tap, pongs };
}

it('the log hangs -> what waits is told with each pong, ever older; it answers -> the plain pong again', async () => {
	const folder = temporaryFolder();
	const log = await openFaultyLog(folder.path);
	const [serverClock, clock] = [new FakeClock(), new FakeClock()];
	serverClock.chance = 0;
	const server = await startInProcess({
		dataDir: folder.path,
		log,
		clock: serverClock,
		// A pong that is still on its way when time passes is none that is missed.
		env: { HEARTBEAT_TIMEOUT_MS: '600000' },
	});
	const headers = { cookie: await server.cookie('Ann') };
	const { transport, pongs } = tapped(singleTransport('websocket', { headers }));
	const client = createClient({ url: `${server.url}/api/websocket`, transport, clock, ackTimeout: 600_000 });
	client.connect();
	await until(() => client.state.name === 'connected');

	const held = gate();
	log.before.append = () => held.opened;
	const sent = [client.send('lobby', 'chat', { text: 'one' }), client.send('lobby', 'chat', { text: 'two' })];
	/** What the client says to the next ping, `ms` of its time later. */
	const told = async (ms: number) => {
		const before = pongs.length;
		await clock.advance(ms);
		await until(async () => {
			await serverClock.advance(1_000);
			return pongs.length > before;
		}, 'a ping was answered');
		return pongs.at(-1);
	};
	const counted = (outbox: object) =>
		until(() => Bun.deepEquals(server.realtime.metrics().outbox, outbox), `the server knows of ${JSON.stringify(outbox)}`);
	expect(await told(1_200)).toEqual({ messages: 2, oldestMs: 1_200 });
	await counted({ clients: 1, messages: 2, oldestMs: 1_200 });
	expect(await told(2_000)).toEqual({ messages: 2, oldestMs: 3_200 });
	await counted({ clients: 1, messages: 2, oldestMs: 3_200 });
	held.open();
	await Promise.all(sent.map(({ stored }) => stored));
	expect(await told(1_000)).toBeUndefined();
	await counted({ clients: 0, messages: 0, oldestMs: 0 });
	expect(client.state.name).toBe('connected');
	client.close();
	await server.close();
	folder.remove();
});

let server: InProcess;
beforeAll(async () => {
	server = await startInProcess();
});
afterAll(() => server.close());

it('each hello over HTTP replaces the report of the one before, and so does one over WebSocket', async () => {
	const cookie = await server.cookie('Ann');
	const reported = async (outbox?: object) => {
		await poll(server.url, [{ ...helloOf('over-http'), ...(outbox && { outbox }) }], { cookie });
		return server.realtime.metrics().outbox;
	};
	expect(await reported({ messages: 3, oldestMs: 4_000 })).toEqual({ clients: 1, messages: 3, oldestMs: 4_000 });
	expect(await reported({ messages: 1, oldestMs: 9_000 })).toEqual({ clients: 1, messages: 1, oldestMs: 9_000 });
	const peer = await server.peer('Ann', { client: 'over-http' });
	peer.send({ ...peer.greeting({ connectionNumber: 2 }), outbox: { messages: 7, oldestMs: 10_000 } });
	await peer.next('welcome');
	expect(server.realtime.metrics().outbox).toEqual({ clients: 1, messages: 7, oldestMs: 10_000 });
	peer.send({ type: 'pong', at: 1 }, { type: 'ping', at: 2 });
	await peer.next('pong');
	expect(server.realtime.metrics().outbox).toEqual({ clients: 0, messages: 0, oldestMs: 0 });
	peer.close();
});

describe('nonsense', () => {
	const nonsense: [string, unknown][] = [
		['negative', { messages: -1, oldestMs: 1 }],
		['no whole number', { messages: 1, oldestMs: 0.5 }],
		['beyond any bound', { messages: 1, oldestMs: 1e15 }],
		['half of it', { messages: 1 }],
		['no record', 'a lot'],
		['nothing', null],
	];

	it.each(nonsense)('%s -> bad-frame, in a pong, in a hello, and over HTTP', async (_, outbox) => {
		const peer = await server.peer('Ann');
		peer.send({ ...peer.greeting(), outbox });
		expect(await peer.next('error')).toMatchObject({ code: 'bad-frame', message: expect.stringMatching(/^hello: outbox/) });
		await peer.hello();
		peer.send({ type: 'pong', at: 1, outbox });
		expect(await peer.next('error')).toMatchObject({ code: 'bad-frame', message: expect.stringMatching(/^pong: outbox/) });
		expect(peer.isOpen).toBe(true);
		peer.close();
		const { status, frames } = await poll(server.url, [{ ...helloOf('c'), outbox }], { cookie: await server.cookie('Ann') });
		expect([status, frames]).toMatchObject([400, [{ code: 'bad-frame', closeCode: 4002 }]]);
	});

	it('the most that can be said, and more than this server knows of it -> welcome', async () => {
		const peer = await server.peer('Ann');
		const outbox = { messages: 1_000_000, oldestMs: 2_592_000_000, colour: 'red' };
		peer.send({ ...peer.greeting(), outbox });
		await peer.next('welcome');
		peer.send({ type: 'pong', at: 1, outbox }, { type: 'ping', at: 2 });
		await peer.next('pong');
		expect(peer.all('error')).toEqual([]);
		peer.close();
	});
});
