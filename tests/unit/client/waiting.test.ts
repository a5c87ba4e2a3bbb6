/** What a client tells the server of messages that wait for their ack: with each hello and pong, how many and for how long. */
import { expect, it } from 'bun:test';
import { createMemoryOutboxStore } from '../../../src/lib/client/outbox-store.ts';
import { decodeClient } from '../../../src/lib/protocol/codec.ts';
import { OUTBOX_AGE_MS } from '../../../src/lib/protocol/limits.ts';
import { settle } from '../../support/fake-clock.ts';
import { ScriptedTransport } from '../../support/scripted-transport.ts';
import { connected, setup } from './harness.ts';

/** A client whose acks are lost, asked for its report by a ping of the server. */
async function unacknowledged() {
	const all = await connected();
	const { server, clock } = all;
	server.loseAck = () => true;
	const asked = async () => {
		server.last.send({ type: 'ping', at: 1, heads: {} });
		await clock.advance(20);
		return server.last.frames('pong').at(-1)?.outbox;
	};
	return { ...all, asked };
}

it('nothing waits -> the plain hello and pong; sent just now -> on its way, which is no waiting', async () => {
	const { client, clock, server, asked } = await unacknowledged();
	expect(await asked()).toBeUndefined();
	client.send('lobby', 'chat', 1);
	await clock.advance(900);
	expect(await asked()).toBeUndefined();
	expect(server.last.texts.filter((text) => text.includes('pong'))).toEqual(Array(2).fill('{"type":"pong","at":1}'));
	expect(server.last.texts[0]).not.toContain('outbox');
	client.close();
});

it('acks stay away -> the report grows; the ack comes -> it is gone', async () => {
	const { client, clock, server, asked } = await unacknowledged();
	client.send('lobby', 'chat', 1);
	await clock.advance(2_000);
	client.send('lobby', 'chat', 2);
	expect(await asked()).toEqual({ messages: 2, oldestMs: 2_005 });
	await clock.advance(1_000);
	expect(await asked()).toEqual({ messages: 2, oldestMs: 3_025 });
	server.loseAck = () => false;
	server.last.close(1006);
	await clock.advance(5_000);
	expect(server.last.hello?.outbox).toMatchObject({ messages: 2 });
	expect(server.last.hello?.outbox?.oldestMs).toBeGreaterThan(3_000);
	expect(await asked()).toBeUndefined();
	client.close();
});

it('refused for good -> waits no more', async () => {
	const { client, clock, server, asked } = await unacknowledged();
	client.send('lobby', 'chat', 1);
	await clock.advance(1_500);
	expect(await asked()).toMatchObject({ messages: 1 });
	server.refuse = () => ({ code: 'invalid-data', retry: false });
	client.send('lobby', 'chat', 2).stored.catch(() => {});
	await clock.advance(10);
	expect(await asked()).toMatchObject({ messages: 1 });
	client.close();
});

it('what an earlier life left waits since then, over the wall clock; one that is wrong makes no nonsense of it', async () => {
	for (const [ago, oldestMs] of [
		[60_000, 60_005],
		[10 * OUTBOX_AGE_MS, OUTBOX_AGE_MS],
		[-3_600_000, undefined],
		[Number.NaN, undefined],
	] as const) {
		const { create, clock, server } = setup();
		const store = createMemoryOutboxStore();
		const at = clock.wall() - ago;
		store.put({ id: 'a/1', client: 'old', room: 'lobby', seq: 1, kind: 'chat', data: 1, at, status: 'queued' });
		const client = create({ store });
		client.connect();
		await clock.advance(50);
		expect(server.last.hello?.outbox).toEqual(oldestMs === undefined ? undefined : { messages: 1, oldestMs });
		client.close();
	}
});

it('the clock of the wall is set back by an hour -> the age goes on growing', async () => {
	const { client, clock, asked } = await unacknowledged();
	client.send('lobby', 'chat', 1);
	clock.sleep(-3_600_000);
	await clock.advance(2_000);
	expect(await asked()).toEqual({ messages: 1, oldestMs: 2_005 });
	client.close();
});

it('over HTTP each request tells it anew', async () => {
	const transport = new ScriptedTransport('long-polling');
	const { client, clock } = setup({ transport });
	client.connect();
	await settle();
	const report = async () => {
		const [decoded] = decodeClient(await transport.last.greets());
		return decoded?.ok && decoded.frame.type === 'hello' ? decoded.frame.outbox : null;
	};
	expect(await report()).toBeUndefined();
	client.send('lobby', 'chat', 1);
	await clock.advance(3_000);
	expect(await report()).toEqual({ messages: 1, oldestMs: 3_000 });
	await clock.advance(1_000);
	expect(await report()).toEqual({ messages: 1, oldestMs: 4_000 });
	client.close();
});
