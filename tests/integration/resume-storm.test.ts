/** S8: hundreds of clients come back to a long room at once, from its very beginning, while others talk in it. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { WebSocket } from 'ws';
import { cookieJar, temporaryFolder } from '../support/in-process.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { type ServerProcess, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { fillRooms, offsetsOf, range } from './rooms.ts';
import { SlowReader } from './slow-reader.ts';

const MESSAGES = 20_000;
const CLIENTS = 300;
/** Of those, the ones that never read what they asked for. */
const DEAF = 50;
const PEOPLE = 20;
const LINES = 40;
/** What all of them together may cost, in bytes: less than one reader's bound of 1 MiB each. */
const GROWTH = 200 * 1_048_576;
const ENTRY = resolve(import.meta.dir, '../support/realtime-server.ts');

const folder = temporaryFolder();
const room = 'long';
let server: ServerProcess;
let epoch: string;
beforeAll(async () => {
	epoch = await fillRooms(folder.path, [room], MESSAGES, (n) => `message ${n} ${'x'.repeat(100)}`);
	// Nobody here answers pings.
	const env = {
		HEARTBEAT_INTERVAL_MS: '300000',
		MAX_CONNECTIONS_PER_USER: '0',
		MAX_CONNECTIONS_PER_ADDRESS: '0',
		RATE_LIMIT_REQUESTS_PER_SECOND: '0',
	};
	server = await startServer({ dataDir: folder.path, entry: ENTRY, env });
}, 30_000);
afterAll(async () => {
	await server.close();
	folder.remove();
});

const fromTheStart = () => {
	const hello = { type: 'hello', version: 1, client: crypto.randomUUID(), connectionNumber: 1 };
	return { ...hello, rooms: [{ room, epoch, offset: 0 }] };
};
/** How many connections the server counts: whether those that do not read are still there, they cannot tell. */
async function connections(): Promise<number> {
	const answer = await fetch(`${server.url}/api/websocket/metrics`);
	return v.parse(v.object({ connections: v.object({ now: v.number() }) }), await answer.json()).connections.now;
}

/** Somebody of the crowd: what comes is counted and not looked at, so that the test costs less than what it tests. */
class Returning {
	bytes = 0;
	closed: number | null = null;
	readonly #socket: WebSocket;

	constructor(cookie: string) {
		this.#socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/websocket`, { headers: { cookie } });
		this.#socket.on('open', () => this.#socket.send(JSON.stringify(fromTheStart())));
		this.#socket.on('message', (data: Buffer) => {
			this.bytes += data.length;
		});
		// `closed` tells.
		this.#socket.on('error', () => {});
		this.#socket.on('close', (code) => {
			this.closed = code;
		});
	}

	leave() {
		this.#socket.terminate();
	}
}

describe('a storm of resumes', () => {
	it(`T-65 S8 ${CLIENTS} clients resume from offset 0 of ${MESSAGES} messages -> nobody is dropped, memory is bounded, and talk goes on`, async () => {
		const cookie = cookieJar(server.url);
		const cookies = await Promise.all(range(1, PEOPLE).map((n) => cookie(`Person ${n}`)));
		const peer = async (name: string, offset: number) => {
			const peer = new RawPeer(server.url, { cookie: await cookie(name), deadlineMs: 60_000 });
			await peer.opened;
			peer.send(peer.greeting({ rooms: [{ room, epoch, offset }] }));
			return peer;
		};
		const talkers = await Promise.all(['Ann', 'Bob', 'Cleo'].map((name) => peer(name, MESSAGES)));
		for (const talker of talkers) await talker.next('live');
		const before = await server.memory();

		const deaf = await Promise.all(range(1, DEAF).map((n) => SlowReader.open(server.url, cookies[n % PEOPLE] ?? '')));
		for (const one of deaf) {
			one.stopReading();
			one.send(fromTheStart());
		}
		const crowd = range(1, CLIENTS - DEAF).map((n) => new Returning(cookies[n % PEOPLE] ?? ''));
		const careful = await Promise.all(['Dan', 'Eve'].map((name) => peer(name, 0)));
		await until(() => crowd.every(({ bytes }) => bytes > 0), 'all of them are being answered', 60_000);
		let most = 0;
		for (const line of range(1, LINES)) {
			const answers = await Promise.all(talkers.map((talker) => talker.publish(room, `line ${line}`)));
			expect(answers.map(({ type }) => type)).toEqual(['ack', 'ack', 'ack']);
			most = Math.max(most, await server.memory());
		}
		const head = MESSAGES + LINES * talkers.length;
		for (const reader of careful) {
			if (!offsetsOf(reader, room).includes(head)) await reader.next('message', ({ offset }) => offset === head);
			expect(offsetsOf(reader, room)).toEqual(range(1, head));
		}
		for (const talker of talkers) {
			if (!offsetsOf(talker, room).includes(head)) await talker.next('message', ({ offset }) => offset === head);
			expect(offsetsOf(talker, room)).toEqual(range(MESSAGES + 1, head));
		}
		most = Math.max(most, await server.memory());
		expect(crowd.map(({ closed }) => closed).filter((code) => code !== null)).toEqual([]);
		console.log({ before: before >> 20, most: most >> 20, read: crowd.reduce((sum, { bytes }) => sum + bytes, 0) >> 20 });
		expect(await connections()).toBe(CLIENTS + talkers.length + careful.length);
		expect(most - before).toBeLessThan(GROWTH);

		for (const one of crowd) one.leave();
		for (const one of deaf) one.destroy();
		for (const one of [...talkers, ...careful]) one.close();
		const late = await peer('Late', head - 3);
		await late.next('live');
		expect(offsetsOf(late, room)).toEqual(range(head - 2, head));
		late.close();
	}, 120_000);
});
