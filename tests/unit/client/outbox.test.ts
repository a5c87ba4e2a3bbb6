/** The outbox through a whole client: order, limits, refusals, and sequences that the two sides disagree on. */
import { describe, expect, it } from 'bun:test';
import { follow, setup, texts } from './harness.ts';

const reason = (promise: Promise<unknown>) => promise.then(() => 'stored').catch((error: { code: string }) => error.code);
const count = (length: number) => Array.from({ length }, (_, index) => index + 1);

async function connected() {
	const all = setup();
	all.client.connect();
	await all.clock.advance(50);
	return all;
}

describe('outbox', () => {
	it('one text a tick, frames in the order of the calls, at most frameBytes', async () => {
		const { client, clock, server } = await connected();
		const before = server.last.texts.length;
		follow(client, 'lobby');
		for (const number of count(3)) client.send('lobby', 'chat', number);
		client.signal('lobby', 'typing', {});
		await clock.advance(5);
		expect(server.last.texts.length).toBe(before + 1);
		await clock.advance(50);
		for (const _ of count(5)) client.send('lobby', 'chat', 'x'.repeat(30_000));
		await clock.advance(50);
		expect(Math.max(...server.last.texts.map((text) => text.length))).toBeLessThanOrEqual(65_536);
		expect(server.last.texts.length).toBe(before + 4);
		expect(server.head('lobby')).toBe(8);
		client.close();
	});

	it('a signal of 4 096 characters is sent; of one more it throws, and nothing is', async () => {
		const { client, clock, server } = await connected();
		const before = server.last.texts.length;
		expect(() => client.signal('lobby', 'typing', 'x'.repeat(4_095))).toThrow('the signal is too big');
		await clock.advance(50);
		expect(server.last.texts.length).toBe(before);
		client.signal('lobby', 'typing', 'x'.repeat(4_094));
		await clock.advance(50);
		expect(server.last.texts.at(-1)).toContain('x'.repeat(4_094));
		client.close();
	});

	it('inFlight is respected over all rooms', async () => {
		const { client, clock, server } = setup();
		server.welcome = { limits: { frameBytes: 65_536, inFlight: 4 } };
		let outstanding = 0;
		let most = 0;
		server.intercept = (frame) => {
			if (frame.type === 'publish') most = Math.max(most, ++outstanding);
			return true;
		};
		client.on('outbox', ({ status }) => {
			if (status === 'stored') outstanding--;
		});
		for (const number of count(30)) client.send(`room-${number % 3}`, 'chat', number);
		client.connect();
		await clock.advance(1_000);
		expect(most).toBe(4);
		expect(count(3).map((room) => texts(server.log(`room-${room % 3}`).messages))).toEqual(
			[1, 2, 0].map((rest) => count(30).filter((number) => number % 3 === rest)),
		);
		client.close();
	});

	it('too large -> refused at once, no seq used; as large as allowed -> goes', async () => {
		const { client, clock, server } = await connected();
		const room = follow(client, 'lobby');
		const empty = JSON.stringify({ type: 'publish', room: 'lobby', seq: 1, kind: 'chat', data: '' }).length;
		expect(() => client.send('lobby', 'chat', 'x'.repeat(65_537 - empty))).toThrow('too big');
		expect(() => client.send('lobby', 'chat', '€'.repeat(30_000))).toThrow('too big');
		client.send('lobby', 'chat', 'x'.repeat(65_536 - empty));
		await clock.advance(50);
		expect(server.last.texts.at(-1)?.length).toBe(65_536);
		expect(room.messages[0]?.seq).toBe(1);
		client.close();
	});

	it('too large for this server, which said so after it was taken -> fails, the others go on', async () => {
		const { client, clock, server } = setup();
		server.welcome = { limits: { frameBytes: 2_000, inFlight: 64 } };
		const outcomes = ['a', 'x'.repeat(3_000), 'b', 'c'].map((text) => reason(client.send('lobby', 'chat', text).stored));
		client.connect();
		await clock.advance(100);
		expect(await Promise.all(outcomes)).toEqual(['stored', 'too-large', 'stored', 'stored']);
		expect(texts(server.log('lobby').messages)).toEqual(['a', 'b', 'c']);
		client.send('lobby', 'chat', 'd');
		await clock.advance(100);
		expect(texts(server.log('lobby').messages)).toEqual(['a', 'b', 'c', 'd']);
		client.close();
	});

	it('1009 -> one at a time -> the one to blame fails, is not sent again, and nothing else is lost', async () => {
		const { client, clock, server } = await connected();
		server.intercept = (frame, connection) => {
			const tooBig = frame.type === 'publish' && frame.data === 'bad';
			if (tooBig) connection.close(1009);
			return !tooBig;
		};
		const outcomes = ['a', 'b', 'bad', 'c', 'd'].map((text) => reason(client.send('lobby', 'chat', text).stored));
		await clock.advance(20_000);
		expect(await Promise.all(outcomes.slice(0, 3))).toEqual(['stored', 'stored', 'too-large']);
		expect(
			server.connections.flatMap((connection) => connection.frames('publish')).filter(({ data }) => data === 'bad').length,
		).toBe(2);
		// They were on the wire with it, so whether the server has them is unknown: the person decides.
		expect(await Promise.all(outcomes.slice(3))).toEqual(['out-of-order', 'out-of-order']);
		const next = client.send('lobby', 'chat', 'e');
		await clock.advance(100);
		expect(await reason(next.stored)).toBe('stored');
		expect(texts(server.log('lobby').messages)).toEqual(['a', 'b', 'e']);
		client.close();
	});

	it('maxQueueSize -> the newest is refused, nothing is dropped', async () => {
		const { clock, server, create } = setup();
		const client = create({ maxQueueSize: 3 });
		for (const number of count(3)) client.send('lobby', 'chat', number);
		expect(() => client.send('other', 'chat', 4)).toThrow('already wait');
		client.connect();
		await clock.advance(50);
		client.send('lobby', 'chat', 5);
		await clock.advance(50);
		expect(texts(server.log('lobby').messages)).toEqual([1, 2, 3, 5]);
		client.close();
	});

	it('what cannot travel is refused before it costs the connection', async () => {
		const { client } = setup();
		const cyclic: Record<string, unknown> = {};
		cyclic.self = cyclic;
		expect(() => client.send('lobby', 'chat', cyclic)).toThrow('cannot be written as JSON');
		expect(() => client.send('lobby', 'No Kind', 1)).toThrow('kind');
		expect(() => client.send('', 'chat', 1)).toThrow('not a room name');
		const data = { text: 'as it was' };
		const { item } = client.send('lobby', 'chat', data);
		data.text = 'changed later';
		expect(item.data).toEqual({ text: 'as it was' });
		client.close();
	});

	it('nack, to be retried -> the room waits, others do not -> in order', async () => {
		const { client, clock, server } = await connected();
		server.refuse = ({ data }, attempt) =>
			data === 2 && attempt < 3 ? { code: 'rate-limited', retry: true, retryAfterMs: 500 } : null;
		for (const number of count(20)) client.send('lobby', 'chat', number);
		const other = client.send('other', 'chat', 'x');
		await clock.advance(20);
		expect(await reason(other.stored)).toBe('stored');
		await clock.advance(450);
		expect(texts(server.log('lobby').messages)).toEqual([1]);
		expect(server.last.frames('publish').length).toBe(21);
		await clock.advance(650);
		expect(texts(server.log('lobby').messages)).toEqual(count(20));
		// 20 at first, then 2 alone twice, then the remaining 18: no storm.
		expect(server.last.frames('publish').filter(({ room }) => room === 'lobby').length).toBe(40);
		client.close();
	});

	it('a server that takes ten a second -> about three tries a message, not all of them each time', async () => {
		const { client, clock, server } = await connected();
		let free = 1_000;
		server.refuse = () => {
			const wait = free - clock.now();
			if (wait > 0) return { code: 'rate-limited', retry: true, retryAfterMs: wait };
			free = clock.now() + 100;
			return null;
		};
		for (const number of count(60)) client.send('lobby', 'chat', number);
		await clock.advance(10_000);
		expect(texts(server.log('lobby').messages)).toEqual(count(60));
		expect(server.last.frames('publish').length).toBeLessThan(60 + 3 * 60);
		client.close();
	});

	it('a pause ends with its timer, even one that fires a little early', async () => {
		const { client, clock, server } = await connected();
		clock.early = 0.5;
		server.refuse = (_frame, attempt) => (attempt < 3 ? { code: 'rate-limited', retry: true, retryAfterMs: 13 } : null);
		for (const number of count(3)) client.send('lobby', 'chat', number);
		await clock.advance(1_000);
		expect(texts(server.log('lobby').messages)).toEqual(count(3));
		client.close();
	});

	it('nack for good -> fails, stays until discarded; those behind it go on', async () => {
		const { client, clock, server, errors } = await connected();
		server.refuse = ({ data }) => (data === 'vote' ? { code: 'stale-round', message: 'that round is over', retry: false } : null);
		const events: string[] = [];
		client.on('outbox', ({ data, status }) => void events.push(`${data} ${status}`));
		const outcomes = ['a', 'vote', 'b'].map((data) => reason(client.send('lobby', 'chat', data).stored));
		await clock.advance(50);
		expect(await Promise.all(outcomes)).toEqual(['stored', 'stale-round', 'stored']);
		const [failed] = client.outbox('lobby');
		expect(failed).toMatchObject({ status: 'failed', error: { code: 'stale-round', message: 'that round is over' } });
		expect(errors).toMatchObject([{ code: 'stale-round', class: 'payload' }]);
		if (failed) client.discard(failed);
		expect(client.outbox('lobby')).toEqual([]);
		expect(events.filter((event) => event.startsWith('vote'))).toEqual([
			'vote queued',
			'vote sending',
			'vote failed',
			'vote failed',
		]);
		client.close();
	});

	it('acks lost, then a cut -> resent once, stored once', async () => {
		const { client, clock, server } = await connected();
		server.loseAck = () => true;
		const sent = count(5).map((number) => client.send('lobby', 'chat', number).stored);
		await clock.advance(50);
		server.loseAck = () => false;
		server.last.close(1006);
		await clock.advance(1_100);
		expect((await Promise.all(sent)).map(({ duplicate, offset }) => [duplicate, offset])).toEqual(
			count(5).map((offset) => [true, offset]),
		);
		expect(server.head('lobby')).toBe(5);
		client.close();
	});

	it('a half-open connection shows when something is sent: asked after 5 s, given up after 10 s, and all goes again', async () => {
		const { client, clock, server } = await connected();
		server.last.silent = true;
		const sent = client.send('lobby', 'chat', 'into the void');
		await clock.advance(9_999);
		expect(server.connections.length).toBe(1);
		await clock.advance(100);
		expect(await sent.stored).toMatchObject({ offset: 1, duplicate: false });
		client.close();
	});

	it('a server that is alive and never acks -> another connection after 30 s', async () => {
		const { client, clock, server } = await connected();
		server.loseAck = () => server.connections.length === 1;
		const sent = client.send('lobby', 'chat', 'hello?');
		await clock.advance(30_100);
		expect(await sent.stored).toMatchObject({ offset: 1, duplicate: true });
		expect(client.getErrorHistory()).toMatchObject([{ message: 'The server did not acknowledge a message in time.' }]);
		client.close();
	});
});
