/** Messages that nobody but their writer has seen: they can be edited in place, and taken back without a hole in the sequence. */
import { describe, expect, it } from 'bun:test';
import { createMemoryOutboxStore } from '../../../src/lib/client/outbox-store.ts';
import { connected, setup, texts } from './harness.ts';

const reason = (promise: Promise<unknown>) => promise.then(() => 'stored').catch((error: { code: string }) => error.code);

async function offline() {
	const all = await connected();
	all.client.send('lobby', 'chat', 'before');
	await all.clock.advance(50);
	all.server.last.close(1006);
	const sent = ['one', 'two', 'three'].map((text) => all.client.send('lobby', 'chat', text));
	const online = async () => {
		await all.clock.advance(5_000);
		return texts(all.server.log('lobby').messages);
	};
	return { ...all, sent, items: sent.map(({ item }) => item), online };
}

describe('unsent messages', () => {
	it('edited while queued -> it goes in its place, once, as it was said last', async () => {
		const { client, items, online } = await offline();
		expect(items.map(client.isUnsent)).toEqual([true, true, true]);
		const [, second] = items;
		expect(second && client.edit(second, 'zwei')).toBe(true);
		expect(client.outbox('lobby').map(({ data }) => data)).toEqual(['one', 'zwei', 'three']);
		expect(await online()).toEqual(['before', 'one', 'zwei', 'three']);
		client.close();
	});

	it.each([0, 1, 2])('number %p is taken back -> the others go on in order, and so does what comes after', async (which) => {
		const { client, clock, server, sent, items, online } = await offline();
		const ends = sent.map(({ stored }) => reason(stored));
		const item = items[which];
		expect(item && client.discard(item)).toBe(true);
		expect(item && client.discard(item)).toBe(false);
		const rest = ['one', 'two', 'three'].toSpliced(which, 1);
		expect(await online()).toEqual(['before', ...rest]);
		client.send('lobby', 'chat', 'after');
		await clock.advance(50);
		expect(texts(server.log('lobby').messages)).toEqual(['before', ...rest, 'after']);
		expect(await Promise.all(ends)).toEqual(['stored', 'stored', 'stored'].with(which, 'discarded'));
		client.close();
	});

	it('sent on a connection that dropped -> the server may have it: it can be neither edited nor taken back', async () => {
		const { client, clock, server } = await connected();
		server.intercept = () => false;
		const { item } = client.send('lobby', 'chat', 'gone');
		await clock.advance(5);
		server.last.close(1006);
		expect(client.outbox('lobby').map(({ status }) => status)).toEqual(['queued']);
		expect([client.isUnsent(item), client.edit(item, 'late'), client.discard(item)]).toEqual([false, false, false]);
		client.close();
	});

	it('kept by an earlier page -> it may have been sent there', async () => {
		const { client, create } = setup({ store: createMemoryOutboxStore() });
		client.send('lobby', 'chat', 'left');
		client.close();
		const next = create();
		const [left] = next.outbox('lobby');
		expect(left && next.edit(left, 'late')).toBe(false);
		next.close();
	});

	it('too large -> it stays as it was', async () => {
		const { client, items, online } = await offline();
		const [first] = items;
		expect(() => first && client.edit(first, 'x'.repeat(70_000))).toThrow('too big');
		expect(await online()).toEqual(['before', 'one', 'two', 'three']);
		client.close();
	});
});
