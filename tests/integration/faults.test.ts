/** T-31: what throws on the server ends one connection or refuses one message, and nothing else. */
import { afterEach, beforeEach, describe, expect, it } from 'bun:test';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { type FaultyLog, gate, openFaultyLog } from './faulty-log.ts';
import { fillRooms, offsetsOf, range } from './rooms.ts';

/** A clock that breaks when told to. */
const broken: Partial<Record<'now' | 'wall', boolean>> = {};
const breaking = (method: 'now' | 'wall') => () => {
	if (broken[method]) throw new Error(`${method} broke`);
	return systemClock[method]();
};
const clock: Clock = { ...systemClock, now: breaking('now'), wall: breaking('wall') };

let folder: ReturnType<typeof temporaryFolder>;
let log: FaultyLog;
let server: InProcess;
let bystander: RawPeer;
beforeEach(async () => {
	broken.now = broken.wall = false;
	folder = temporaryFolder();
	await fillRooms(folder.path, ['filled'], 300);
	log = await openFaultyLog(folder.path);
	server = await startInProcess({ log, clock, dataDir: folder.path, env: { RATE_LIMIT_MESSAGES_PER_SECOND: '1000000' } });
	bystander = await greeted('Bob', ['quiet']);
});
afterEach(async () => {
	broken.now = broken.wall = false;
	log.before = {};
	expect(await bystander.publish('quiet', 'unharmed')).toMatchObject({ type: 'ack' });
	await server.close();
	folder.remove();
});

async function greeted(name: string, rooms: string[] = []) {
	const peer = await server.peer(name);
	await peer.hello({ rooms });
	return peer;
}
const fail = () => {
	throw new Error('thrown on purpose');
};
const reject = () => Promise.reject(new Error('rejected on purpose'));

describe('T-31 something throws', () => {
	it.each(['now', 'wall'] as const)('clock.%s throws within a frame -> 1011 for that connection', async (method) => {
		const peer = await greeted('Ann');
		broken[method] = true;
		peer.send(peer.message('lobby', 'x'), peer.message('lobby', 'y'));
		expect(await peer.closed).toMatchObject({ code: 1011 });
		broken[method] = false;
		const back = await server.peer('Ann', { client: peer.client });
		expect(await back.hello({ connectionNumber: 2 })).toMatchObject({
			resumed: true,
			previous: { endedBy: 'server-error', code: 1011 },
		});
	});

	it.each([fail, reject])(
		'the log fails to append -> nack storage for all that waited, and the same seqs go in later',
		async (fault) => {
			const peers = [await greeted('Ann'), await greeted('Cleo')];
			const { opened, open } = gate();
			log.before.append = () => opened.then(fault);
			if (fault === fail) log.before.append = fail;
			const sent = peers.map((peer) => range(1, 3).map((n) => peer.message('lobby', String(n))));
			peers.forEach((peer, index) => {
				peer.send(...(sent[index] ?? []));
			});
			open();
			for (const peer of peers)
				for (const seq of [1, 2, 3])
					expect(await peer.next('nack')).toMatchObject({ seq, code: 'storage', retry: true, retryAfterMs: 1_000 });
			log.before = {};
			for (const [index, peer] of peers.entries()) {
				peer.send(...(sent[index] ?? []));
				await peer.next('ack', ({ seq }) => seq === 3);
				expect(peer.all('ack').map(({ seq, duplicate }) => [seq, duplicate])).toEqual([1, 2, 3].map((seq) => [seq, false]));
			}
			expect(await server.realtime.recent(null, 'lobby')).toMatchObject({ offset: 6 });
		},
	);

	it.each([fail, reject])('the log fails to say where a room stands -> 1011, and subscribing works afterwards', async (fault) => {
		const [peer, waiting] = [await greeted('Ann'), await greeted('Cleo')];
		log.before.head = (room) => (room === 'filled' ? fault() : undefined);
		peer.send({ type: 'subscribe', room: 'filled' });
		expect(await peer.closed).toMatchObject({ code: 1011 });
		log.before = {};
		waiting.send({ type: 'subscribe', room: 'filled' });
		await waiting.next('live');
		expect(offsetsOf(waiting, 'filled')).toEqual(range(251, 300));
	});

	it.each([fail, reject])('the log fails to read in a hello, a replay or a history -> 1011 for each who asked', async (fault) => {
		const { epoch } = await log.head('filled');
		const [inHello, inReplay, inHistory] = [await server.peer('Ann'), await greeted('Cleo'), await greeted('Dan')];
		log.before.read = fault;
		inHello.send(inHello.greeting({ rooms: ['filled'] }));
		expect(await inHello.closed).toMatchObject({ code: 1011 });
		inReplay.send({ type: 'subscribe', room: 'filled', epoch, offset: 3 });
		expect(await inReplay.closed).toMatchObject({ code: 1011 });
		inHistory.send({ type: 'history', room: 'filled', before: 9 });
		expect(await inHistory.closed).toMatchObject({ code: 1011 });
	});

	it('a read that fails in the middle of a replay -> 1011; the client resumes from what it has', async () => {
		const { epoch } = await log.head('filled');
		const peer = await greeted('Ann');
		let reads = 0;
		log.before.read = () => {
			reads += 1;
			if (reads === 3) fail();
		};
		peer.send({ type: 'subscribe', room: 'filled', epoch, offset: 0 });
		expect(await peer.closed).toMatchObject({ code: 1011 });
		const seen = offsetsOf(peer, 'filled');
		log.before = {};
		const back = await server.peer('Ann', { client: peer.client });
		await back.hello({ connectionNumber: 2, rooms: [{ room: 'filled', epoch, offset: seen.at(-1) ?? 0 }] });
		expect([...seen, ...offsetsOf(back, 'filled')]).toEqual(range(1, 300));
	});

	it('the log answers an offset that cannot be -> the room starts again for its subscribers, and later ones hear of everything', async () => {
		const peer = await greeted('Ann', ['odd']);
		const writer = await greeted('Cleo');
		await writer.publish('odd', 'one');
		log.shift = 5;
		await writer.publish('odd', 'two');
		log.shift = 0;
		// Who returns at once meets the room while the old connections are still leaving it.
		const early = await greeted('Dan', ['odd']);
		expect(await peer.closed).toMatchObject({ code: 1011 });
		const { epoch } = await log.head('odd');
		const back = await server.peer('Ann', { client: peer.client });
		await back.hello({ connectionNumber: 2, rooms: [{ room: 'odd', epoch, offset: 1 }] });
		await writer.publish('odd', 'three');
		for (const each of [early, back])
			if (!offsetsOf(each, 'odd').includes(3)) await each.next('message', ({ offset }) => offset === 3);
		expect(offsetsOf(back, 'odd')).toEqual([2, 3]);
		expect(offsetsOf(early, 'odd')).toEqual([1, 2, 3]);
	});

	it('many connections fail at once -> each gets its own 1011', async () => {
		const peers = await Promise.all(range(1, 20).map((n) => greeted(`User ${n}`)));
		broken.wall = true;
		for (const peer of peers) peer.send(peer.message('lobby', 'x'));
		for (const peer of peers) expect(await peer.closed).toMatchObject({ code: 1011 });
	});

	it.each([20, 290])(
		'the log lacks message %p, never trimmed -> 1011 instead of a hole, and the others are served',
		async (lacks) => {
			const { epoch } = await log.head('filled');
			log.lacks = lacks;
			const peer = await greeted('Ann');
			peer.send({ type: 'subscribe', room: 'filled', epoch, offset: 10 });
			expect(await peer.closed).toMatchObject({ code: 1011 });
			expect(offsetsOf(peer, 'filled')).toEqual(lacks === 20 ? range(11, 19) : []);
		},
	);
});
