/** Sequences of seqs that the two sides disagree on, and outboxes that outlive their page. */
import { describe, expect, it } from 'bun:test';
import { createMemoryOutboxStore, type OutboxStore } from '../../../src/lib/client/outbox-store.ts';
import type { OutboxItem } from '../../../src/lib/client/types.ts';
import { setup, texts } from './harness.ts';

const reason = (promise: Promise<unknown>) => promise.then(() => 'stored').catch((error: { code: string }) => error.code);
const count = (length: number) => Array.from({ length }, (_, index) => index + 1);

async function connected() {
	const all = setup();
	all.client.connect();
	await all.clock.advance(50);
	return all;
}

describe('sequences', () => {
	it('the server has lost messages it had acked -> a new sequence under a new id, nothing stuck, nothing doubled', async () => {
		const { client, clock, server } = await connected();
		for (const number of count(3)) client.send('lobby', 'chat', number);
		await clock.advance(50);
		server.last.close(1006);
		server.sequences.set(`${client.id}/lobby`, 1);
		server.log('lobby').messages.length = 1;
		const sent = [4, 5].map((number) => client.send('lobby', 'chat', number));
		await clock.advance(1_100);
		expect(await Promise.all(sent.map(({ stored }) => reason(stored)))).toEqual(['stored', 'stored']);
		client.send('lobby', 'chat', 6);
		await clock.advance(50);
		expect(texts(server.log('lobby').messages)).toEqual([1, 4, 5, 6]);
		const ids = new Set(server.log('lobby').messages.map((message) => message.client));
		expect(ids.size).toBe(2);
		client.close();
	});

	it('the server claims to have what we have not sent -> fails with a word, never sent twice', async () => {
		const { client, clock, server } = await connected();
		server.intercept = (frame, connection) => {
			if (frame.type !== 'publish' || frame.seq > 2) return true;
			const { room, seq } = frame;
			connection.send({
				type: 'nack',
				room,
				seq,
				code: 'out-of-order',
				message: '',
				retry: true,
				retryAfterMs: 0,
				expected: 9,
				duplicate: false,
			});
			return false;
		};
		const sent = client.send('lobby', 'chat', 1);
		await clock.advance(50);
		expect(await reason(sent.stored)).toBe('out-of-order');
		client.close();
	});

	it('a server that says out-of-order for ever is not hammered', async () => {
		const { client, clock, server } = await connected();
		server.intercept = (frame, connection) => {
			if (frame.type !== 'publish') return true;
			const { room, seq } = frame;
			connection.send({
				type: 'nack',
				room,
				seq,
				code: 'out-of-order',
				message: '',
				retry: true,
				retryAfterMs: 0,
				expected: seq,
				duplicate: false,
			});
			return false;
		};
		for (const number of count(10)) client.send('lobby', 'chat', number);
		await clock.advance(30_000);
		expect(server.last.frames('publish').length).toBeLessThan(50);
		client.close();
	});

	it('reload -> the same id, a higher connection number, the unsent first, no seq twice', async () => {
		const store = createMemoryOutboxStore();
		const { clock, server, create } = setup({ store });
		const before = create();
		before.connect();
		before.send('lobby', 'chat', 1);
		await clock.advance(50);
		server.loseAck = () => true;
		before.send('lobby', 'chat', 2);
		await clock.advance(20);
		server.last.close(1006);
		before.send('lobby', 'chat', 3);
		before.close();
		server.loseAck = () => false;
		const after = create();
		expect(after.id).toBe(before.id);
		expect(texts(after.outbox('lobby'))).toEqual([2, 3]);
		after.send('lobby', 'chat', 4);
		after.connect();
		await clock.advance(50);
		expect(server.last.hello?.connectionNumber).toBe(2);
		expect(server.log('lobby').messages.map(({ seq, data }) => [seq, data])).toEqual(count(4).map((number) => [number, number]));
		expect(store.load()).toMatchObject({ items: [] });
		after.close();
	});

	it('a store that takes its time -> nothing is sent before it is kept; one that fails is reported and does no harm', async () => {
		const { clock, server, create, errors } = setup();
		const kept = slowStore(clock, createMemoryOutboxStore());
		const first = create({ store: kept });
		const provisional = first.id;
		first.send('lobby', 'chat', 1);
		first.connect();
		await clock.advance(300);
		first.send('lobby', 'chat', 2);
		await clock.advance(90);
		expect(texts(server.log('lobby').messages)).toEqual([1]);
		await clock.advance(50);
		expect(texts(server.log('lobby').messages)).toEqual([1, 2]);
		server.last.close(1006);
		first.send('lobby', 'chat', 3);
		await clock.advance(200);
		first.close();
		const second = create({ store: kept });
		second.send('lobby', 'chat', 4);
		expect(second.id).not.toBe(provisional);
		second.connect();
		await clock.advance(500);
		expect(second.id).toBe(provisional);
		expect(texts(server.log('lobby').messages)).toEqual([1, 2, 3, 4]);
		second.close();
		const broken = () => Promise.reject(new Error('no room left'));
		const third = create({ store: { load: broken, identify: broken, put: broken, remove: broken } });
		third.send('lobby', 'chat', 5);
		third.connect();
		await clock.advance(100);
		expect(texts(server.log('lobby').messages).at(-1)).toBe(5);
		expect(errors.filter(({ code }) => code === 'storage').length).toBe(5);
		expect(third.getConnectionState().storage).toBe('memory');
		third.close();
	});
});

/** Answers after 100 ms. */
function slowStore(clock: ReturnType<typeof setup>['clock'], store: OutboxStore): OutboxStore {
	const later = <Value>(run: () => Value) =>
		new Promise<Awaited<Value>>((resolve) => clock.setTimeout(() => resolve(Promise.resolve(run())), 100));
	return {
		load: (user) => later(() => store.load(user)),
		identify: (...who) => later(() => store.identify(...who)),
		put: (item: OutboxItem, replaced?: OutboxItem) => later(() => store.put(item, replaced)),
		remove: (item) => later(() => store.remove(item)),
	};
}
