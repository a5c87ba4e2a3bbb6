/** One story told over each transport: what the client tells its page must be the same, word for word. */
import { describe, expect, it } from 'bun:test';
import { type Client, createClient } from '../../src/lib/client/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openSqliteLog } from '../../src/lib/server/log/sqlite.ts';
import { freePort } from '../support/free-port.ts';
import { startInProcess, temporaryFolder } from '../support/in-process.ts';
import { createFaultProxy } from '../support/proxy.ts';
import { createRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { type Way, ways } from '../support/ways.ts';

const ROOM = 'story';
const KEPT = 5;
const secret = { IDENTITY_SECRET: 'a secret that outlives the folder of the data' };

/** A server that keeps five messages a room once it is told to trim. */
async function serverOn(dataDir: string, port: number) {
	const log = await openSqliteLog({ dataDir, retention: { messages: KEPT, days: 0 }, clock: systemClock });
	const server = await startInProcess({ dataDir, log, env: { ...secret, PORT: String(port) } });
	return { ...server, trim: () => log.trim() };
}

/** Tells the story with Bob behind a network that fails, and Ann past it; returns what Bob's page was told. */
async function story(way: Way): Promise<string[]> {
	const folders = [temporaryFolder(), temporaryFolder()] as const;
	const told: string[] = [];
	const port = freePort();
	let server = await serverOn(folders[0].path, port);
	const proxy = createFaultProxy({
		target: { hostname: '127.0.0.1', port },
		random: createRandom(1),
		clock: systemClock,
	});
	if (way.blocked) proxy.blockUpgrades('refuse');
	const enter = async (name: string, at: number): Promise<Client> =>
		createClient({
			url: `http://127.0.0.1:${at}/api/websocket`,
			transport: way.blocked && name === 'ann' ? (ways[0] ?? way).open(await headersOf(name)) : way.open(await headersOf(name)),
			reconnectInterval: 5,
			maxReconnectInterval: 20,
			maxReconnectAttempts: Number.POSITIVE_INFINITY,
			logger: { debug() {}, error() {} },
		});
	const headersOf = async (name: string) => ({ headers: { cookie: await server.cookie(name) } });
	const [ann, bob] = [await enter('ann', port), await enter('bob', proxy.port)];
	const say = (client: Client, ...texts: string[]) =>
		Promise.all(texts.map(async (text) => (await client.send(ROOM, 'chat', { text }).stored).offset));
	const hears = (last: string) => until(() => told.at(-1) === last, last);

	const subscription = bob.subscribe(ROOM, {
		subscribed: ({ result, offset, missing }) =>
			void told.push(`${result} at ${offset}${missing ? `, ${missing.from} to ${missing.to} missing` : ''}`),
		message: ({ offset, user, data }) => void told.push(`${offset} ${user.name} ${JSON.stringify(data)}`),
		live: (offset) => void told.push(`live at ${offset}`),
		signal({ user, kind }) {
			if (!told.includes(`${user.name} ${kind}`)) told.push(`${user.name} ${kind}`);
		},
	});
	// Only a signal of somebody who is in the room goes on.
	ann.subscribe(ROOM, { message() {} });
	ann.connect();
	bob.connect();
	await hears('live at 0');
	told.push(`stored at ${await say(bob, 'one', 'two', 'three')}`);
	told.push(`stored at ${await say(ann, 'four')}`);
	await until(() => subscription.position?.offset === 4, 'Bob is at 4');
	const { messages } = await bob.history(ROOM, 4, 2);
	told.push(`earlier: ${messages.map(({ offset }) => offset)}`);
	// A signal is kept nowhere: it reaches whoever listens just then, which a client that polls does not between two polls.
	await until(() => {
		ann.signal(ROOM, 'typing', {});
		return told.includes('ann typing');
	}, 'a signal');

	const away = async (meanwhile: () => Promise<unknown>) => {
		proxy.refuse(true);
		proxy.cut('reset');
		await until(() => bob.state.name !== 'connected', 'Bob is away');
		await meanwhile();
		proxy.refuse(false);
	};
	await away(() => say(ann, 'five', 'six'));
	await hears('live at 6');
	// More than a room keeps in memory, where it would be resumed from.
	await away(async () => {
		await say(ann, ...Array.from({ length: 300 }, (_, index) => `more ${index}`));
		await server.trim();
	});
	await hears('live at 306');
	await away(async () => {
		await server.close();
		server = await serverOn(folders[1].path, port);
		await say(ann, 'another log');
	});
	await hears('live at 1');
	told.push(`stored at ${await say(bob, 'goodbye')}`);
	await until(() => subscription.position?.offset === 2, 'Bob is at 2');

	for (const client of [ann, bob]) client.close();
	proxy.close();
	await server.close();
	for (const folder of folders) folder.remove();
	return told;
}

const wanted = [
	'fresh at 0',
	'live at 0',
	'1 bob {"text":"one"}',
	'2 bob {"text":"two"}',
	'3 bob {"text":"three"}',
	'stored at 1,2,3',
	'4 ann {"text":"four"}',
	'stored at 4',
	'earlier: 2,3',
	'ann typing',
	'resumed at 6',
	'5 ann {"text":"five"}',
	'6 ann {"text":"six"}',
	'live at 6',
	'gap at 306, 7 to 301 missing',
	...[302, 303, 304, 305, 306].map((offset) => `${offset} ann {"text":"more ${offset - 7}"}`),
	'live at 306',
	'reset at 1',
	'1 ann {"text":"another log"}',
	'live at 1',
	'2 bob {"text":"goodbye"}',
	'stored at 2',
];
/** The ack and the message itself travel apart: which is told first is not the story's business. */
const sorted = (lines: string[]) => [
	lines.filter((line) => !line.startsWith('stored')),
	lines.filter((line) => line.startsWith('stored')),
];

describe('connect, subscribe, send, ack, history, signal, resume, gap, reset', () => {
	it.each(ways.map((way) => [way.title, way] as const))(
		'%s',
		async (_, way) => {
			expect(sorted(await story(way))).toEqual(sorted(wanted));
		},
		20_000,
	);
});
