/** Rule 2 at its seams: a message that is committed while a room is being read comes once, whichever side it falls on. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'bun:test';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { type FaultyLog, gate, openFaultyLog } from './faulty-log.ts';
import { offsetsOf, range } from './rooms.ts';

const folder = temporaryFolder();
let log: FaultyLog;
let server: InProcess;
let writer: RawPeer;
beforeAll(async () => {
	log = await openFaultyLog(folder.path);
	server = await startInProcess({ log, dataDir: folder.path });
	writer = await server.peer('Ann');
	await writer.hello();
});
beforeEach(() => {
	log.before = {};
	log.after = {};
});
afterAll(async () => {
	await server.close();
	folder.remove();
});

/** Sends a subscription, and waits until the server has read it. */
async function subscribing(room: string) {
	const peer = await server.peer('Bob');
	await peer.hello();
	peer.send({ type: 'subscribe', room }, { type: 'ping', at: 1 });
	await peer.next('pong');
	return peer;
}
/** One more message, and nothing twice. */
async function expectDense(peer: RawPeer, room: string, head: number) {
	await peer.next('live');
	await writer.publish(room, 'the last');
	await peer.next('message', ({ offset }) => offset === head + 1);
	expect(offsetsOf(peer, room)).toEqual(range(1, head + 1));
	peer.close();
}

describe('joining a room that is being read', () => {
	it.each(['head', 'read'] as const)('commits arrive while %s is awaited -> each comes once', async (held) => {
		const room = `held at ${held}`;
		for (const text of ['one', 'two']) await writer.publish(room, text);
		const { opened, open } = gate();
		log.before[held] = () => opened;
		const peer = await subscribing(room);
		for (const text of ['three', 'four']) expect(await writer.publish(room, text)).toMatchObject({ type: 'ack' });
		open();
		await expectDense(peer, room, 4);
	});

	it('a room is read between a commit and its answer -> the message comes once', async () => {
		const room = 'between';
		await writer.publish(room, 'one');
		const { opened, open } = gate();
		const committed = gate();
		log.after.append = () => {
			committed.open();
			return opened;
		};
		const acked = writer.publish(room, 'two');
		await committed.opened;
		const peer = await subscribing(room);
		await peer.next('live');
		expect(offsetsOf(peer, room)).toEqual([1, 2]);
		log.after = {};
		open();
		expect(await acked).toMatchObject({ type: 'ack', offset: 2 });
		expect(await writer.publish(room, 'three')).toMatchObject({ offset: 3 });
		await peer.next('message', ({ offset }) => offset === 3);
		expect(offsetsOf(peer, room)).toEqual([1, 2, 3]);
		peer.close();
	});

	it('a subscription ends while the room is being read -> the next one is whole', async () => {
		const room = 'left early';
		await writer.publish(room, 'one');
		const { opened, open } = gate();
		log.before.read = () => opened;
		const gone = await subscribing(room);
		gone.terminate();
		await gone.closed;
		const peer = await subscribing(room);
		open();
		await expectDense(peer, room, 1);
	});
});
