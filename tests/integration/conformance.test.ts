/** Rules 1 to 5, 7 and 10: the same over each transport. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'bun:test';
import { HttpPeer } from '../support/http-peer.ts';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { type PeerOptions, RawPeer } from '../support/raw-peer.ts';
import { fillRooms, range } from './rooms.ts';

type Peer = RawPeer | HttpPeer;
const folder = temporaryFolder();
let server: InProcess;
let epoch: string;
const peers: Peer[] = [];
beforeAll(async () => {
	epoch = await fillRooms(folder.path, ['old'], 120);
	server = await startInProcess({ dataDir: folder.path, env: { MAX_CONNECTIONS_PER_USER: '0' } });
});
afterEach(() => {
	for (const peer of peers.splice(0)) peer.close();
});
afterAll(async () => {
	await server.close();
	folder.remove();
});

const id = () => crypto.randomUUID();
const offsets = (peer: Peer, room: string) => peer.all('message', room).map(({ offset }) => offset);

describe.each(['websocket', 'poll', 'events'] as const)('over %s', (transport) => {
	function open(options: PeerOptions): Peer {
		const peer = transport === 'websocket' ? new RawPeer(server.url, options) : new HttpPeer(server.url, transport, options);
		peers.push(peer);
		return peer;
	}
	const as = async (name: string, options: PeerOptions = {}) => open({ cookie: await server.cookie(name), ...options });

	it('rule 1: hello -> welcome with who it is, heartbeat and limits', async () => {
		const ann = await as('Ann');
		expect(await ann.hello()).toMatchObject({
			version: 1,
			user: { name: 'Ann' },
			resumed: false,
			heartbeat: { intervalMs: 30_000, timeoutMs: 10_000 },
			limits: { frameBytes: 65_536, inFlight: 64 },
		});
	});

	it('rule 1: an unknown version ends with 4009, nobody with 4001', async () => {
		const ann = await as('Ann');
		ann.hello({ version: 7 }).catch(() => {});
		expect(await ann.closed).toMatchObject({ code: 4009 });
		expect(ann.all('error')).toMatchObject([{ code: 'version', class: 'version', fatal: true }]);
		const nobody = open({});
		nobody.hello().catch(() => {});
		expect(await nobody.closed).toMatchObject({ code: 4001 });
		expect(nobody.all('error')).toMatchObject([{ code: 'unauthenticated', class: 'auth', fatal: true }]);
	});

	it('rule 1: invalid frames get errors, the third of a connection ends it with 4002; unknown types never count', async () => {
		const ann = await as('Ann');
		await ann.hello();
		ann.send(
			{ type: 'tomorrow' },
			{ type: 'later' },
			{ type: 'next year' },
			{ type: 'ping' },
			{ type: 'ping', at: 1, more: true },
		);
		await ann.next('pong', ({ at }) => at === 1);
		expect(ann.all('error').map(({ code }) => code)).toEqual(['unknown-type', 'unknown-type', 'unknown-type', 'bad-frame']);
		ann.send('[{"type":"publish"},7,null,{"type":"ping","at":9}]');
		expect(await ann.closed).toMatchObject({ code: 4002 });
		expect(ann.all('pong').filter(({ at }) => at === 9)).toEqual([]);
	});

	it('rule 2: fresh with recent messages, resumed with all that follows, reset, and from zero of an empty room', async () => {
		const room = id();
		const ann = await as('Ann');
		await ann.hello({ rooms: ['old', room] });
		expect(ann.all('subscribed', 'old')).toMatchObject([{ result: 'fresh', epoch, offset: 120 }]);
		expect(offsets(ann, 'old')).toEqual(range(71, 120));
		const [{ epoch: current } = { epoch: '' }] = ann.all('subscribed', room);
		await ann.publish(room, 'first');
		await ann.publish(room, 'second');
		const bob = await as('Bob');
		await bob.hello({
			rooms: [
				{ room: 'old', epoch, offset: 3 },
				{ room, epoch: current, offset: 0 },
			],
		});
		expect(bob.all('subscribed').map(({ result }) => result)).toEqual(['resumed', 'resumed']);
		expect(offsets(bob, 'old')).toEqual(range(4, 120));
		expect(offsets(bob, room)).toEqual([1, 2]);
		const cleo = await as('Cleo');
		await cleo.hello({
			rooms: [
				{ room: 'old', epoch: 'another', offset: 3 },
				{ room, epoch: current, offset: 99 },
			],
		});
		expect(cleo.all('subscribed').map(({ result }) => result)).toEqual(['reset', 'reset']);
		expect(offsets(cleo, 'old')).toEqual(range(71, 120));
	});

	it('rule 2 and 3: subscribed while others write -> dense offsets, nothing missed or doubled between replay and live', async () => {
		const room = id();
		const writer = await server.peer('Writer');
		peers.push(writer);
		await writer.hello();
		for (let n = 1; n <= 20; n++) await writer.publish(room, `before ${n}`);
		const ann = await as('Ann');
		await ann.hello();
		let writing = true;
		const wrote = (async () => {
			let count = 20;
			while (writing && count < 300) await writer.publish(room, `meanwhile ${++count}`);
			return count;
		})();
		ann.send({ type: 'subscribe', room });
		await ann.next('live', (live) => live.room === room);
		await ann.next('message', ({ offset }) => offset >= 60);
		writing = false;
		const head = await wrote;
		if (!offsets(ann, room).includes(head)) await ann.next('message', ({ offset }) => offset === head);
		const [first = 0] = offsets(ann, room);
		expect(offsets(ann, room)).toEqual(range(first, head));
	});

	it('rule 4: dense seqs; T-24 a repeated publish -> the same offset; a hole -> out-of-order with expected', async () => {
		const room = id();
		const ann = await as('Ann');
		await ann.hello({ rooms: [room] });
		const [one, two, three] = [ann.message(room, 'one'), ann.message(room, 'two'), ann.message(room, 'three')];
		ann.send(one, two);
		await ann.next('ack', ({ seq }) => seq === 2);
		ann.send(one, two, { ...three, seq: 5 });
		expect(await ann.next('ack', ({ duplicate }) => duplicate)).toMatchObject({ seq: 1, offset: 1 });
		expect(await ann.next('ack', ({ duplicate }) => duplicate)).toMatchObject({ seq: 2, offset: 2 });
		expect(await ann.next('nack')).toMatchObject({ seq: 5, code: 'out-of-order', retry: true, expected: 3 });
		ann.send(three);
		expect(await ann.next('ack', ({ seq }) => seq === 3)).toMatchObject({ offset: 3 });
		await ann.next('message', ({ offset }) => offset === 3);
		expect(offsets(ann, room)).toEqual([1, 2, 3]);
		expect((await server.realtime.recent(null, room))?.messages).toHaveLength(3);
	});

	it('rule 4: somebody else’s client id is forbidden', async () => {
		const room = id();
		const ann = await as('Ann');
		await ann.hello();
		await ann.publish(room, 'mine');
		const eve = await as('Eve');
		await eve.hello();
		expect(await eve.publish(room, 'not mine', { client: ann.client, seq: 1 })).toMatchObject({
			type: 'nack',
			code: 'forbidden',
			retry: false,
		});
		expect(await ann.publish(room, 'still mine')).toMatchObject({ type: 'ack', seq: 2, offset: 2 });
	});

	it('rule 5: what the room refuses is final, uses its seq up, and is refused the same way again', async () => {
		const room = id();
		const ann = await as('Ann');
		await ann.hello();
		const blank = ann.message(room, '  ');
		ann.send(blank, ann.message(room, 'fine'));
		expect(await ann.next('nack')).toMatchObject({ seq: 1, code: 'invalid-data', retry: false, duplicate: false });
		expect(await ann.next('ack')).toMatchObject({ seq: 2, offset: 1 });
		ann.send(blank);
		expect(await ann.next('nack')).toMatchObject({ seq: 1, code: 'invalid-data', retry: false, duplicate: true });
	});

	it('history is answered without a subscription, and a signal passed on while the person is in the room', async () => {
		const room = id();
		const [ann, bob] = [await as('Ann'), await as('Bob')];
		await bob.hello({ rooms: [room] });
		await ann.hello({ rooms: [room] });
		ann.send(
			{ type: 'history', room: 'old', before: 11, limit: 5 },
			{ type: 'signal', room, kind: 'typing', data: { on: true } },
		);
		const history = await ann.next('history');
		expect(history.messages.map(({ offset }) => offset)).toEqual(range(6, 10));
		expect(history.more).toBe(true);
		if (transport !== 'poll')
			expect(await bob.next('signal')).toMatchObject({ user: { name: 'Ann' }, kind: 'typing', data: { on: true } });
	});

	it('rule 7: a higher number ends the older with 4005; a lower one is refused', async () => {
		const room = id();
		const older = await as('Ann');
		await older.hello({ rooms: [room], connectionNumber: 4 });
		const newer = await as('Ann', { client: older.client });
		expect(await newer.hello({ rooms: [room], connectionNumber: 5 })).toMatchObject({ resumed: true });
		expect(await older.closed).toMatchObject({ code: 4005 });
		const late = await as('Ann', { client: older.client });
		late.hello({ rooms: [room], connectionNumber: 3 }).catch(() => {});
		expect(await late.closed).toMatchObject({ code: 4005 });
		expect(late.all('error')).toMatchObject([{ code: 'replaced', class: 'replaced' }]);
		expect(await newer.publish(room, 'still here')).toMatchObject({ type: 'ack', offset: 1 });
	});
});
