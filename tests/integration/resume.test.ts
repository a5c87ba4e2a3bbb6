/** Rule 2 at size: thousands of messages are replayed page by page while others go on publishing. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { fillRooms, offsetsOf, range } from './rooms.ts';
import { SlowReader } from './slow-reader.ts';

const folder = temporaryFolder();
let server: InProcess;
let epoch = '';
beforeAll(async () => {
	epoch = await fillRooms(folder.path, ['long'], 6_000);
	server = await startInProcess({ dataDir: folder.path });
});
afterAll(async () => {
	await server.close();
	folder.remove();
});

async function publishMany(peer: RawPeer, room: string, count: number) {
	for (let left = count; left > 0; left -= 50) {
		const frames = range(1, Math.min(50, left)).map((n) => peer.message(room, `more ${n}`));
		peer.send(...frames);
		const last = frames.at(-1)?.seq;
		await peer.next('ack', ({ seq }) => seq === last);
	}
}

describe('resume', () => {
	it('6 000 messages behind, three people publishing meanwhile: dense, no doubles', async () => {
		const writers = await Promise.all(['Bob', 'Cleo', 'Dan'].map((name) => server.peer(name)));
		for (const writer of writers) await writer.hello({ rooms: [{ room: 'long', epoch, offset: 6_000 }] });
		const publishing = Promise.all(writers.map((writer) => publishMany(writer, 'long', 500)));
		const readers = await Promise.all([0, 10, 2_345].map(async (offset) => ({ offset, peer: await server.peer('Ann') })));
		for (const { peer, offset } of readers) {
			await peer.opened;
			peer.send(peer.greeting({ rooms: [{ room: 'long', epoch, offset }] }));
		}
		await publishing;
		for (const { peer, offset } of readers) {
			if (!peer.all('message', 'long').some((message) => message.offset === 7_500))
				await peer.next('message', (message) => message.offset === 7_500);
			expect(offsetsOf(peer, 'long')).toEqual(range(offset + 1, 7_500));
			expect(peer.all('subscribed', 'long')[0]?.result).toBe('resumed');
			peer.close();
		}
		for (const writer of writers) {
			expect(offsetsOf(writer, 'long')).toEqual(range(6_001, 7_500));
			writer.close();
		}
	}, 20_000);

	it('four wide rooms to one slow reader: each replay waits for it, all finish, and it is not ended for being slow', async () => {
		const folder = temporaryFolder();
		const names = ['a', 'b', 'c', 'd'];
		const epoch = await fillRooms(folder.path, names, 250, () => '界'.repeat(8_000));
		const clock = new FakeClock();
		const server = await startInProcess({ dataDir: folder.path, clock });
		const reader = await SlowReader.open(server.url, await server.cookie('Eve'));
		const rooms = names.map((room) => ({ room, epoch, offset: 0 }));
		reader.stopReading();
		reader.send({ type: 'hello', version: 1, client: 'slow', connectionNumber: 1, rooms });
		// Round trips of somebody else: the server has had its turns to fill what this one does not empty.
		const bystander = await server.peer('Ann');
		await bystander.hello();
		for (const text of range(1, 20)) await bystander.publish('elsewhere', String(text));
		await clock.advance(3_000);
		reader.read();
		await reader.until(() => reader.ofType('live').length === 4 || reader.ended);
		expect(reader.closeCode).toBeUndefined();
		for (const { room } of rooms) expect(reader.offsets(room)).toEqual(range(1, 250));
		reader.destroy();
		await server.close();
		folder.remove();
	}, 20_000);

	it('a hundred full rooms at hand in one greeting: all live over the first connection', async () => {
		const folder = temporaryFolder();
		const names = range(1, 100).map((n) => `room ${n}`);
		await fillRooms(folder.path, names, 50, () => 'x'.repeat(4_000));
		const server = await startInProcess({ dataDir: folder.path });
		// Who is there already keeps the rooms at hand.
		const host = await server.peer('Ann');
		await host.hello({ rooms: names });
		const guest = await server.peer('Bob');
		await guest.hello({ rooms: names });
		for (const name of names) expect(offsetsOf(guest, name)).toEqual(range(1, 50));
		for (const peer of [host, guest]) peer.close();
		await server.close();
		folder.remove();
	}, 20_000);
});
