/** Somebody is taken out of a private room: it holds at once and everywhere, over each transport, whatever was under way. */
import { afterEach, describe, expect, it } from 'bun:test';
import { HttpPeer } from '../support/http-peer.ts';
import { type InProcess, type InProcessOptions, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';
import { gate, openFaultyLog } from './faulty-log.ts';
import { type Member, memberOf } from './member.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

const ways = {
	'a WebSocket': (url: string, { cookie }: Member) => new RawPeer(url, { cookie }),
	'an event stream': (url: string, { cookie }: Member) => new HttpPeer(url, 'events', { cookie }),
	'held polls': (url: string, { cookie }: Member) => new HttpPeer(url, 'poll', { cookie }),
};
type Peer = RawPeer | HttpPeer;

interface Den {
	server: InProcess;
	room: string;
	ann: Member;
	bob: Member;
	/** Ann's own, who follows the room. */
	hers: RawPeer;
}

/** Ann has a private room with something in it, and Bob is a member. */
async function den(options: InProcessOptions = {}): Promise<Den> {
	const server = await startInProcess(options);
	closing.push(() => server.close());
	const [ann, bob] = [await memberOf(server.url, 'Ann'), await memberOf(server.url, 'Bob')];
	const room = await ann.make();
	await bob.join(await ann.invite(room));
	const hers = new RawPeer(server.url, { cookie: ann.cookie });
	await hers.hello({ rooms: [room] });
	await hers.publish(room, 'before');
	return { server, room, ann, bob, hers };
}
const enter = async (peer: Peer, room: string) => {
	closing.push(() => peer.close());
	await peer.hello({ rooms: [room] });
};
const ENDED = { code: 'forbidden', class: 'forbidden', fatal: false, ended: true } as const;
/** What a peer was told of the room after it was told that it is closed to them. */
const afterwards = ({ frames }: Peer, room: string) =>
	frames
		.slice(frames.findIndex((frame) => frame.type === 'error' && frame.ended))
		.filter((frame) => 'room' in frame && frame.room === room && frame.type !== 'error' && frame.type !== 'nack');

for (const [over, open] of Object.entries(ways))
	describe(`T-58 taken out, over ${over}`, () => {
		it('told at once -> no frame of the room any more; publish, history and signal are refused', async () => {
			const { server, room, ann, bob, hers } = await den();
			const peers = [open(server.url, bob), open(server.url, bob)];
			for (const peer of peers) await enter(peer, room);
			const [peer] = peers;
			if (!peer) throw new Error('unreachable');
			expect(await ann.remove(room, bob.id)).toBe(204);
			for (const each of peers) expect(await each.next('error', ({ room: of }) => of === room)).toMatchObject(ENDED);

			expect(await peer.publish(room, 'still here?')).toMatchObject({ type: 'nack', code: 'forbidden', retry: false });
			peer.send({ type: 'history', room, before: 100, limit: 10 });
			expect(await peer.next('error', ({ ended }) => !ended)).toMatchObject({ code: 'forbidden', room });
			peer.send({ type: 'signal', room, kind: 'typing', data: {} });
			expect(await peer.next('error', ({ ended }) => !ended)).toMatchObject({ code: 'forbidden', room });
			expect(await hers.publish(room, 'among ourselves')).toMatchObject({ type: 'ack', offset: 2 });
			// What comes back over the same connection says that all before it has arrived.
			expect(await peer.publish('elsewhere', 'over')).toMatchObject({ type: 'ack' });
			for (const each of peers) expect(afterwards(each, room)).toEqual([]);
			expect(hers.all('signal')).toEqual([]);
			expect(hers.all('message').map(({ data }) => data)).toEqual([{ text: 'before' }, { text: 'among ourselves' }]);
		});

		it('S6 resume with the old position, as the same client or another -> forbidden, nothing of the room; invited anew -> resumes', async () => {
			const { server, room, ann, bob, hers } = await den();
			const peer = open(server.url, bob);
			await enter(peer, room);
			const [{ epoch, offset } = { epoch: '', offset: 0 }] = peer.all('subscribed', room);
			await ann.remove(room, bob.id);
			await peer.next('error');
			peer.close();
			await hers.publish(room, 'missed');
			const back = open(server.url, bob);
			closing.push(() => back.close());
			const hello = { rooms: [{ room, epoch, offset }, 'elsewhere'], connectionNumber: 9 };
			back.hello(hello).catch(() => {}); // it is never live in a room that is closed to it
			expect(await back.next('error', (frame) => frame.room === room)).toMatchObject({
				code: 'forbidden',
				message: 'this room is not open to you',
			});
			await until(() => back.all('live', 'elsewhere').length > 0, 'the other room is live');
			back.close();
			expect(back.frames.filter((frame) => 'room' in frame && frame.room === room && frame.type !== 'error')).toEqual([]);

			await bob.join(await ann.invite(room));
			const again = open(server.url, bob);
			closing.push(() => again.close());
			await again.hello({ rooms: [{ room, epoch, offset }] });
			expect(again.all('subscribed', room)).toMatchObject([{ result: 'resumed' }]);
			expect(again.all('message', room).map(({ data }) => data)).toEqual([{ text: 'missed' }]);
		});
	});

describe('taken out while something is under way', () => {
	it('without a connection for a moment -> gone at once for those who are there; what they do without it is refused', async () => {
		const { server, room, ann, bob, hers } = await den();
		const peer = new RawPeer(server.url, { cookie: bob.cookie });
		await enter(peer, room);
		await hers.next('presence', ({ count }) => count === 2);
		peer.terminate();
		await until(() => server.realtime.counts().connections === 1, 'his connection is gone');
		await ann.remove(room, bob.id);
		expect(await hers.next('presence', ({ left }) => left.includes(bob.id))).toMatchObject({ room, count: 1 });
	});

	it('a replay that waits for the disk -> ends in the word that it is over, and tells nothing', async () => {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		const log = await openFaultyLog(folder.path);
		const { server, room, ann, bob, hers } = await den({ dataDir: folder.path, log });
		hers.close();
		await until(() => server.realtime.counts().rooms === 0, 'the room is let go of');
		for (const call of ['head', 'read'] as const) {
			const held = gate();
			log.before[call] = () => held.opened;
			const peer = new RawPeer(server.url, { cookie: bob.cookie });
			closing.push(() => peer.close());
			peer.hello({ rooms: [room] }).catch(() => {}); // as above
			await peer.next('welcome');
			await until(() => server.realtime.counts().rooms === 1, 'it asks for the room');
			await ann.remove(room, bob.id);
			expect(await peer.next('error')).toMatchObject(ENDED);
			held.open();
			log.before = {};
			expect(await peer.publish('elsewhere', 'over')).toMatchObject({ type: 'ack' });
			expect(peer.frames.map(({ type }) => type)).toEqual(['welcome', 'error', 'ack']);
			await bob.join(await ann.invite(room));
		}
	});

	it('a history that waits for the disk -> forbidden in its place', async () => {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		const log = await openFaultyLog(folder.path);
		const { server, room, ann, bob } = await den({ dataDir: folder.path, log });
		const peer = new RawPeer(server.url, { cookie: bob.cookie });
		await enter(peer, room);
		const held = gate();
		log.before.read = () => held.opened;
		peer.send({ type: 'history', room, before: 100, limit: 10 });
		peer.send({ type: 'ping', at: 1 });
		await peer.next('pong');
		await ann.remove(room, bob.id);
		held.open();
		expect(await peer.next('error', ({ ended }) => !ended)).toMatchObject({ code: 'forbidden', room });
		expect(peer.all('history')).toEqual([]);
	});
});
