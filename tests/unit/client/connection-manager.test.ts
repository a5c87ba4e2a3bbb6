/** The described API: one client in one session, its callbacks, and votes for the round that the session is in. */
import { describe, expect, it } from 'bun:test';
import { ConnectionManager, type ConnectionManagerOptions } from '../../../src/lib/client/connection-manager.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeServer } from '../../support/fake-server.ts';
import { texts } from './harness.ts';

const estimation = { round: 3, topic: '', deck: ['1', '5'], revealed: false, votes: {}, facilitator: 'ann' };

function setup(options: Partial<ConnectionManagerOptions> = {}) {
	const clock = new FakeClock();
	const server = new FakeServer(clock);
	const trace: string[] = [];
	const logger = { debug: () => {}, error: () => {} };
	const manager = new ConnectionManager({
		sessionId: 'sprint 7',
		transport: server.transport,
		clock,
		page: {},
		logger,
		onSessionUpdate: ({ estimation }) => trace.push(`update ${estimation ? `round ${estimation.round}` : 'without estimation'}`),
		onMessage: ({ kind, data }) => trace.push(`message ${kind} ${JSON.stringify(data)}`),
		onConnect: ({ user }) => trace.push(`connect as ${user.name}`),
		onDisconnect: (cause) => trace.push(`disconnect ${cause?.code ?? 'by us'}`),
		...options,
	});
	const tell = (state: Record<string, unknown>) => server.last.send({ type: 'state', room: 'sprint 7', state });
	const published = () =>
		server.connections.flatMap(({ received }) => received.flatMap((frame) => (frame.type === 'publish' ? [frame] : [])));
	return { clock, server, manager, trace, tell, published };
}

async function connected(options: Partial<ConnectionManagerOptions> = {}) {
	const all = setup(options);
	all.manager.connect();
	await all.clock.advance(50);
	return all;
}

async function inRound() {
	const all = await connected();
	all.tell({ estimation });
	await all.clock.advance(50);
	return all;
}

const refusal = (promise: Promise<unknown>) =>
	promise.then(
		() => 'no refusal',
		(error) => `${error.code}: ${error.message}`,
	);

describe('a session', () => {
	it('connect -> update -> state changes -> update -> cut -> disconnect -> connect -> update -> close', async () => {
		const { manager, clock, server, trace, tell } = await connected();
		tell({ estimation, later: 'addition' });
		await clock.advance(50);
		server.last.close(1006);
		await clock.advance(2_000);
		expect(manager.getConnectionState()).toMatchObject({ isConnected: true, connectionType: 'websocket' });
		manager.disconnect();
		manager.close();
		expect(trace).toEqual([
			'connect as Ann',
			'update without estimation',
			'update round 3',
			'disconnect 1006',
			'connect as Ann',
			'update without estimation',
			'disconnect by us',
		]);
		expect(() => manager.connect()).toThrow('make a new ConnectionManager');
	});

	it('sent before connecting -> stored once connected, and heard once', async () => {
		const { manager, clock, trace } = setup();
		const stored = manager.send('chat', { text: 'early' });
		manager.connect();
		await clock.advance(50);
		expect(await stored).toMatchObject({ offset: 1, duplicate: false });
		expect(trace).toContain('message chat {"text":"early"}');
		manager.close();
	});

	it('from a position -> only what came after it', async () => {
		const first = await connected();
		for (const text of ['one', 'two']) first.server.write('sprint 7', text);
		await first.clock.advance(50);
		const { position } = first.manager.subscription;
		first.manager.close();
		first.server.write('sprint 7', 'three');
		const heard: { data: unknown }[] = [];
		const { transport } = first.server;
		const options = { clock: first.clock, transport, page: {}, onMessage: (message: { data: unknown }) => heard.push(message) };
		const second = new ConnectionManager({ sessionId: 'sprint 7', ...options, ...(position && { position }) });
		second.connect();
		await first.clock.advance(50);
		expect(texts(heard)).toEqual(['three']);
		second.close();
	});

	it('a listener that stops, and one that throws -> the others go on, and the error is in the history', async () => {
		const { manager, clock, trace, tell } = await connected();
		const stop = manager.onSessionUpdate(() => trace.push('never'));
		stop();
		manager.onSessionUpdate(() => {
			throw new Error('a mistake in the page');
		});
		manager.onSessionUpdate(() => trace.push('second'));
		tell({ estimation });
		await clock.advance(50);
		expect(trace.slice(2)).toEqual(['update round 3', 'second']);
		expect(manager.getErrorHistory()).toMatchObject([
			{ code: 'handler', message: expect.stringContaining('a mistake in the page') },
		]);
		manager.close();
	});

	it('a state that does not validate -> reported, and the last one stays', async () => {
		const { manager, clock, tell } = await inRound();
		tell({ estimation: { ...estimation, round: 'four' } });
		await clock.advance(50);
		expect(manager.session).toEqual({ estimation });
		expect(manager.getErrorHistory()).toMatchObject([{ code: 'handler', message: expect.stringContaining('integer') }]);
		manager.close();
	});
});

describe('estimation', () => {
	it('vote, reveal and reset carry the round of the last state', async () => {
		const { manager, clock, tell, published } = await inRound();
		manager.sendVote('5');
		manager.sendVote(null);
		manager.sendReveal();
		manager.sendReset('the login');
		tell({ estimation: { ...estimation, round: 4 } });
		await clock.advance(50);
		await Promise.all([manager.sendReset(), clock.advance(50)]);
		expect(published().map(({ kind, data }) => [kind, data])).toEqual([
			['vote', { round: 3, value: '5' }],
			['vote', { round: 3, value: null }],
			['reveal', { round: 3 }],
			['reset', { round: 3, topic: 'the login' }],
			['reset', { round: 4 }],
		]);
		manager.close();
	});

	it('topic, deck and auto-reveal are for the session, whatever its round', async () => {
		const { manager, clock, published } = await inRound();
		const sent = [manager.sendTopic('the login'), manager.sendDeck(['S', 'M']), manager.sendAutoReveal(true)];
		await Promise.all([...sent, clock.advance(50)]);
		expect(published().map(({ kind, data }) => [kind, data])).toEqual([
			['topic', { text: 'the login' }],
			['deck', { cards: ['S', 'M'] }],
			['auto-reveal', { on: true }],
		]);
		manager.close();
	});

	it('voted while disconnected -> sent for the round that was seen; over meanwhile -> stale-round', async () => {
		const { manager, clock, server, published } = await inRound();
		server.last.close(1006);
		await clock.advance(1);
		const vote = refusal(manager.sendVote('5'));
		server.refuse = () => ({ code: 'stale-round', message: 'round 3 is over' });
		await clock.advance(2_000);
		expect(await vote).toBe('stale-round: round 3 is over');
		expect(published()).toMatchObject([{ kind: 'vote', data: { round: 3, value: '5' } }]);
		manager.close();
	});

	it('a room without an estimation -> not supported by this room, and nothing is sent', async () => {
		const { manager, published } = await connected();
		for (const [kind, refused] of Object.entries({
			vote: manager.sendVote('5'),
			reveal: manager.sendReveal(),
			reset: manager.sendReset(),
		}))
			expect(await refusal(refused)).toBe(`unsupported: "${kind}" is not supported by this room: its state has no estimation`);
		expect(published()).toEqual([]);
		manager.close();
	});

	it('a vote before any state -> says what it waits for', async () => {
		const { manager } = setup();
		expect(await refusal(manager.sendVote('5'))).toStartWith('disconnected: a "vote" is for the session\'s round');
		manager.close();
		expect(await refusal(manager.send('chat', { text: 'late' }))).toBe('closed: the client is closed');
	});
});

describe('who', () => {
	it('a userId that is not who the server says -> one error record over two connections, and never sent', async () => {
		const { manager, clock, server } = await connected({ userId: 'bob' });
		server.last.close(1006);
		await clock.advance(2_000);
		const records = manager.getErrorHistory().filter(({ code }) => code === 'invalid-option');
		expect(records.map(({ message }) => message)).toEqual([
			'userId: the page expected "bob", and the server says that this is "ann"',
		]);
		expect(server.connections.flatMap(({ texts }) => texts).join()).not.toContain('bob');
		manager.close();
	});

	it('the right userId -> nothing to report', async () => {
		const { manager } = await connected({ userId: 'ann' });
		expect(manager.getErrorHistory()).toEqual([]);
		manager.close();
	});
});

describe('a wrong option is named', () => {
	const wrong: [string, object][] = [
		['sessionId: expected', { sessionId: undefined }],
		['sessionId: expected a room needs a name', { sessionId: ' ' }],
		['websocketUrl: expected', { websocketUrl: 'ftp://host/api/websocket' }],
		['websocketUrl: expected', { websocketUrl: '' }],
		['websocketUrl: expected', { websocketUrl: 7 }],
		['userId: expected a string, got 7', { userId: 7 }],
		['debug: expected a boolean, got "yes"', { debug: 'yes' }],
		['onConnect: expected a function', { onConnect: 'hello' }],
		['jitter: expected a number from 0 to 1, got 2', { jitter: 2 }],
	];
	it.each(wrong)('%s', (message, options) => {
		expect(() => setup(options)).toThrow(
			expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(message) }),
		);
	});

	it('a relative address outside a browser -> only connecting names it: a server may render the page', () => {
		const manager = new ConnectionManager({ sessionId: 'sprint 7' });
		expect(() => manager.connect()).toThrow('websocketUrl: expected an absolute address outside a browser, got "/api/websocket"');
		manager.close();
	});
});
