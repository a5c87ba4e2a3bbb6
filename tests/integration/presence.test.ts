/** What others hear of somebody whose connection changes: nothing, over every transport; and after a `kill -9` everybody is there again. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { resolve } from 'node:path';
import { type Client, createClient } from '../../src/lib/client/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Member } from '../../src/lib/protocol/frames.ts';
import type { TransportName } from '../../src/lib/transports/transport.ts';
import { cookieJar, type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { createFaultProxy, type FaultProxy } from '../support/proxy.ts';
import { createRandom } from '../support/random.ts';
import { startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { singleTransport } from '../support/ways.ts';

const transports: TransportName[] = ['websocket', 'event-stream', 'long-polling'];

let server: InProcess;
let proxy: FaultProxy;
beforeAll(async () => {
	server = await startInProcess();
	const target = { hostname: '127.0.0.1', port: Number(new URL(server.url).port) };
	proxy = createFaultProxy({ target, random: createRandom(1), clock: systemClock });
});
afterAll(async () => {
	proxy.close();
	await server.close();
});

/** Somebody who follows a room, with those who are in it as the page would show them. */
function follow(port: number, cookie: string, room: string, transport: TransportName) {
	const client: Client = createClient({
		url: `http://127.0.0.1:${port}/api/websocket`,
		transport: singleTransport(transport, { headers: { cookie } }),
		reconnectInterval: 5,
		maxReconnectInterval: 20,
		maxReconnectAttempts: Number.POSITIVE_INFINITY,
		logger: { debug() {}, error() {} },
	});
	const here = new Map<string, Member>();
	const subscription = client.subscribe(room, {
		message() {},
		subscribed({ presence }) {
			here.clear();
			for (const member of presence?.members ?? []) here.set(member.user.name, member);
		},
		presence({ changed, left }) {
			for (const member of changed) here.set(member.user.name, member);
			for (const [name, { user }] of here) if (left.includes(user.id)) here.delete(name);
		},
	});
	client.connect();
	return { client, subscription, names: () => [...here.keys()].sort().join() };
}

describe('somebody whose connection is cut, who reloads, who comes by another transport', () => {
	it.each(transports)('%s -> nobody else hears of it', async (transport) => {
		const room = `seen over ${transport}`;
		const watcher = await server.peer('Watcher');
		await watcher.hello({ rooms: [room] });
		const cookie = await server.cookie('Bob');
		/** Whoever comes is told with all that is waiting to be told. */
		const joinedBy = async (name: string) => {
			const peer = await server.peer(name);
			await peer.hello({ rooms: [room] });
			await watcher.next('presence', ({ changed }) => changed.some(({ user }) => user.name === name));
			return peer;
		};
		const enter = (by: TransportName) => follow(proxy.port, cookie, room, by);
		const first = enter(transport);
		await watcher.next('presence', ({ changed }) => changed.some(({ user }) => user.name === 'Bob'));
		proxy.refuse(true);
		proxy.cut('reset');
		await until(() => first.client.state.name !== 'connected', 'Bob is away');
		const others = [watcher, await joinedBy('Meanwhile')];
		proxy.refuse(false);
		await until(() => first.subscription.live, 'Bob is back');
		first.client.close();
		others.push(await joinedBy('Later'));
		const reloaded = enter(transport);
		await until(() => reloaded.subscription.live, 'the page is loaded again');
		const other = enter(transport === 'websocket' ? 'long-polling' : 'websocket');
		await until(() => other.subscription.live, 'the other transport carries');
		reloaded.client.close();
		others.push(await joinedBy('Last'));
		const mentions = watcher
			.all('presence', room)
			.filter(({ changed, left }) => left.length > 0 || changed.some(({ user }) => user.name === 'Bob'));
		expect(mentions).toHaveLength(1);
		await until(() => other.names() === 'Bob,Last,Later,Meanwhile,Watcher', 'Bob knows of them all');
		other.client.close();
		for (const peer of others) peer.close();
	});
});

it('kill -9 -> everybody who was there is there again, whatever carries them', async () => {
	const folder = temporaryFolder();
	const entry = resolve(import.meta.dir, '../support/realtime-server.ts');
	const server = await startServer({ dataDir: folder.path, entry });
	const cookie = cookieJar(server.url);
	const names = ['Ann', 'Bob', 'Cleo'];
	const people = await Promise.all(
		names.map(async (name, n) => follow(server.port, await cookie(name), 'lobby', transports[n] ?? 'websocket')),
	);
	const together = () => people.every((each) => each.subscription.live && each.names() === names.join());
	await until(together, 'all are there');
	await server.kill9();
	await server.restart();
	await until(together, 'all are there again');
	for (const { client } of people) client.close();
	await server.close();
	folder.remove();
}, 20_000);
