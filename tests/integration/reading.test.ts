/** History page by page, and signals, which are never stored. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { fillRooms, range } from './rooms.ts';

const folder = temporaryFolder();
let server: InProcess;
let ann: RawPeer;
beforeAll(async () => {
	await fillRooms(folder.path, ['old'], 450);
	await fillRooms(folder.path, ['wide'], 30, () => '界'.repeat(4_000));
	server = await startInProcess({ dataDir: folder.path });
	ann = await server.peer('Ann');
	await ann.hello();
});
afterAll(async () => {
	await server.close();
	folder.remove();
});

async function page(before: number, limit?: number, room = 'old') {
	ann.send({ type: 'history', room, before, limit });
	const { messages, more } = await ann.next('history');
	return { offsets: messages.map(({ offset }) => offset), more };
}

describe('history', () => {
	it('answers what lies below `before`, ascending, 50 unless told', async () => {
		expect(await page(101)).toEqual({ offsets: range(51, 100), more: true });
		expect(await page(101, 3)).toEqual({ offsets: [98, 99, 100], more: true });
	});

	it('`more` is false at the beginning, and only there', async () => {
		expect(await page(52)).toEqual({ offsets: range(2, 51), more: true });
		expect(await page(51)).toEqual({ offsets: range(1, 50), more: false });
		expect(await page(3)).toEqual({ offsets: [1, 2], more: false });
		expect(await page(1)).toEqual({ offsets: [], more: false });
	});

	it('never more than 200, beyond the head from the head, nothing of a room nobody wrote to', async () => {
		expect(await page(451, 100_000)).toEqual({ offsets: range(251, 450), more: true });
		expect(await page(999_999, 2)).toEqual({ offsets: [449, 450], more: true });
		expect(await page(10, 10, 'nobody-wrote')).toEqual({ offsets: [], more: false });
	});

	it('paging back reaches every message once', async () => {
		const seen: number[] = [];
		let before = 451;
		for (let more = true; more; ) {
			const { offsets, ...answer } = await page(before, 77);
			seen.unshift(...offsets);
			before = offsets[0] ?? 1;
			more = answer.more;
		}
		expect(seen).toEqual(range(1, 450));
	});

	it('wide messages: an answer is cut to its size, the next page goes on where it ended', async () => {
		const first = await page(31, 200, 'wide');
		expect(first.more).toBe(false);
		expect(first.offsets).toEqual(range(1, 30));
	});

	it('`before` and `limit` must be 1 or more', async () => {
		const peer = await server.peer('Bob');
		await peer.hello();
		peer.send({ type: 'history', room: 'old', before: 0 });
		expect(await peer.next('error')).toMatchObject({ code: 'bad-frame' });
		peer.send({ type: 'history', room: 'old', before: 5, limit: 0 });
		expect(await peer.next('error')).toMatchObject({ code: 'bad-frame' });
		peer.close();
	});
});

describe('signals', () => {
	it('reach who is live in the room, carry the sender’s identity, and are not stored', async () => {
		const [bob, cleo, dan] = [await server.peer('Bob'), await server.peer('Cleo'), await server.peer('Dan')];
		for (const peer of [bob, cleo]) await peer.hello({ rooms: ['signals'] });
		await dan.hello();
		bob.send({ type: 'signal', room: 'signals', kind: 'typing', data: { on: true }, user: { id: 'x', name: 'Somebody else' } });
		const signal = await cleo.next('signal');
		expect(signal).toMatchObject({ room: 'signals', kind: 'typing', data: { on: true }, user: { name: 'Bob' } });
		expect(await cleo.publish('signals', 'after')).toMatchObject({ offset: 1 });
		expect(dan.all('signal')).toEqual([]);
		for (const peer of [bob, cleo, dan]) peer.close();
	});

	it('from a connection that does not follow the room, as over HTTP -> reach it while the person is there, and not from anybody else', async () => {
		const [bob, sender, dan] = [await server.peer('Bob'), await server.peer('Bob'), await server.peer('Dan')];
		await bob.hello({ rooms: ['closed-circle'] });
		for (const peer of [sender, dan]) {
			await peer.hello();
			peer.send({ type: 'signal', room: 'closed-circle', kind: 'typing', data: {} }, peer.message('closed-circle', 'this too'));
			await bob.next('message');
		}
		expect(bob.all('signal')).toMatchObject([{ kind: 'typing', user: { name: 'Bob' } }]);
		for (const peer of [bob, sender, dan]) peer.close();
	});

	it('of one kind more than once a second -> the first one alone, and nobody is told of the others', async () => {
		const [bob, cleo] = [await server.peer('Bob'), await server.peer('Cleo')];
		for (const peer of [bob, cleo]) await peer.hello({ rooms: ['chatter'] });
		const signal = (kind: string) => ({ type: 'signal', room: 'chatter', kind, data: {} });
		bob.send(signal('typing'), signal('typing'), signal('waving'), signal('typing'), bob.message('chatter', 'enough'));
		await cleo.next('message');
		expect(cleo.all('signal').map(({ kind }) => kind)).toEqual(['typing', 'waving']);
		expect(bob.all('error')).toEqual([]);
		for (const peer of [bob, cleo]) peer.close();
	});
});
