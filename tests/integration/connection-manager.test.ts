/** Two people in one session through the described API, on the real server and over its restart. */
import { afterAll, beforeAll, expect, it } from 'bun:test';
import { WebSocket } from 'ws';
import { ConnectionManager, type ConnectionManagerOptions } from '../../src/lib/client/connection-manager.ts';
import type { Message } from '../../src/lib/protocol/frames.ts';
import { type InProcess, identify, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { until } from '../support/until.ts';

const folder = temporaryFolder();
let server: InProcess;
beforeAll(async () => {
	server = await startInProcess({ dataDir: folder.path });
});
afterAll(async () => {
	await server.close();
	folder.remove();
});

async function join(name: string, options: Partial<ConnectionManagerOptions> = {}) {
	const { cookie, user } = await identify(server.url, name);
	const trace: string[] = [];
	const messages: Message[] = [];
	const manager = new ConnectionManager({
		sessionId: 'sprint 7',
		websocketUrl: `${server.url}/api/websocket`,
		webSocket: (url) => new WebSocket(url, { headers: { cookie } }),
		reconnectInterval: 1,
		maxReconnectAttempts: 1_000,
		maxReconnectInterval: 20,
		onSessionUpdate: (state) => trace.push(`update ${JSON.stringify(state)}`),
		onMessage: (message) => messages.push(message),
		onConnect: ({ user }) => trace.push(`connect as ${user.name}`),
		onDisconnect: (cause) => trace.push(`disconnect ${cause?.class ?? 'by us'}`),
		...options,
	});
	manager.connect();
	await until(() => manager.subscription.live, `${name} is live`);
	return { manager, user, trace, texts: () => messages.map(({ user, data }) => `${user.name}: ${JSON.stringify(data)}`) };
}

it('two join -> each has the state -> chat, votes, a refusal in words -> restart -> both back -> chat and round go on', async () => {
	const ann = await join('Ann');
	const bob = await join('Bob', { userId: ann.user.id });
	expect(await ann.manager.send('chat', { text: 'Ahoy' })).toMatchObject({ offset: 1, duplicate: false });
	await until(() => bob.texts().length === 1, 'Bob has heard Ann');
	expect(await ann.manager.sendVote('5')).toMatchObject({ offset: 2 });
	// Not with the runner's own `rejects`: it turns the event loop from within, and Bun's client loses its place in what it reads.
	expect(await bob.manager.sendReveal().catch((error: unknown) => error)).toMatchObject({ code: 'forbidden' });
	for (const { manager } of [ann, bob])
		await until(() => manager.session?.estimation?.votes[ann.user.id]?.voted, 'both see that Ann has voted');
	// Nobody speaks as somebody else: that Bob's page took itself for Ann changes nothing but its error history.
	expect(bob.manager.client.user).toEqual(bob.user);
	expect(bob.manager.getErrorHistory()).toMatchObject([
		{ code: 'invalid-option', message: expect.stringContaining(bob.user.id) },
		{ code: 'forbidden' },
	]);

	const { port } = new URL(server.url);
	await server.close();
	await until(() => !ann.manager.getConnectionState().isConnected, 'Ann has lost the server');
	const waiting = ann.manager.send('chat', { text: 'still here' });
	server = await startInProcess({ dataDir: folder.path, env: { PORT: port } });
	expect(await waiting).toMatchObject({ offset: 3 });
	await until(() => bob.texts().length === 3, 'Bob is back and has heard Ann');
	expect(bob.texts()).toEqual(['Ann: {"text":"Ahoy"}', 'Ann: {"round":1,"voted":true}', 'Ann: {"text":"still here"}']);
	await ann.manager.sendReveal();
	await until(() => bob.manager.session?.estimation?.votes[ann.user.id]?.value === '5', 'Bob sees the vote');
	await ann.manager.sendReset('login');
	await until(() => bob.manager.session?.estimation?.topic === 'login', 'Bob sees the next round');
	for (const { manager } of [ann, bob]) {
		await until(() => manager.subscription.live, 'the session is live again');
		expect(manager.getStats()).toMatchObject({ connects: 2, reconnects: 1 });
		manager.close();
	}
	const lives = (name: string) => [`connect as ${name}`, 'disconnect restart', `connect as ${name}`, 'disconnect by us'];
	const met = (trace: string[]) => trace.filter((line) => !line.startsWith('update '));
	expect(met(ann.trace)).toEqual(lives('Ann'));
	expect(met(bob.trace)).toEqual(lives('Bob'));
	const [first] = ann.trace.filter((line) => line.startsWith('update '));
	expect(first).toContain(`"facilitator":"${ann.user.id}"`);
});

it('a kind that the room does not take -> the server says so, in the promise and in the history', async () => {
	const { manager } = await join('Cid');
	const words = 'this room does not take messages of the kind "wave"';
	const refused = await manager.send('wave', {}).catch((error: unknown) => error);
	expect(refused).toMatchObject({ code: 'invalid-data', message: words });
	expect(manager.getErrorHistory()).toMatchObject([{ code: 'invalid-data', message: words }]);
	manager.close();
});
