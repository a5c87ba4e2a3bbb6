/** Rules 4 and 5: what becomes of a message, of one sent again, and of one that is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { offsetsOf, range, textsOf } from './rooms.ts';

let server: InProcess;
beforeAll(async () => {
	server = await startInProcess();
});
afterAll(() => server.close());

async function greeted(name: string, client?: string, connectionNumber = 1, rooms: string[] = []) {
	const peer = await server.peer(name, client === undefined ? {} : { client });
	await peer.hello({ connectionNumber, rooms });
	return peer;
}

describe('publishing', () => {
	it('an ack names seq, offset, epoch and time, and the room sees the same', async () => {
		const [ann, bob] = [await greeted('Ann', undefined, 1, ['a']), await greeted('Bob', undefined, 1, ['a'])];
		const ack = await ann.publish('a', 'hi');
		expect(ack).toMatchObject({ type: 'ack', room: 'a', seq: 1, offset: 1, duplicate: false });
		const message = await bob.next('message');
		expect(message).toMatchObject({ room: 'a', offset: 1, client: ann.client, seq: 1, kind: 'chat', data: { text: 'hi' } });
		if (ack.type === 'ack') expect(message.at).toBe(ack.at);
		expect(message.user.name).toBe('Ann');
		ann.close();
		bob.close();
	});

	it('64 at once are acked in order, the sender sees them too, everybody in the same order', async () => {
		const peers = await Promise.all(['Ann', 'Bob', 'Cleo'].map((name) => greeted(name, undefined, 1, ['busy'])));
		for (const peer of peers) peer.send(...range(1, 64).map((n) => peer.message('busy', `${peer.client} ${n}`)));
		for (const peer of peers) {
			await peer.next('message', ({ offset }) => offset === 192);
			if (peer.all('ack').length < 64) await peer.next('ack', ({ seq }) => seq === 64);
			expect(peer.all('ack').map(({ seq }) => seq)).toEqual(range(1, 64));
			expect(offsetsOf(peer, 'busy')).toEqual(range(1, 192));
			expect(textsOf(peer, 'busy')).toEqual(textsOf(peers[0] ?? peer, 'busy'));
			for (const sender of peers)
				expect(
					peer
						.all('message')
						.filter(({ client }) => client === sender.client)
						.map(({ seq }) => seq),
				).toEqual(range(1, 64));
		}
		for (const peer of peers) peer.close();
	});

	it('sent again after a reconnect -> ack with the stored offset and duplicate, and one copy', async () => {
		const first = await greeted('Ann');
		const ack = await first.publish('again', 'once');
		await first.publish('again', 'two');
		first.terminate();
		const second = await greeted('Ann', first.client, 2, ['again']);
		second.send({ ...second.message('again', 'once'), seq: 1 });
		expect(await second.next('ack')).toMatchObject({ seq: 1, offset: 1, duplicate: true, at: ack.type === 'ack' ? ack.at : 0 });
		expect(offsetsOf(second, 'again')).toEqual([1, 2]);
		second.close();
	});

	it('a skipped seq -> nack out-of-order with expected, its successors too, resending from there works', async () => {
		const peer = await greeted('Ann');
		const [one, two, three] = range(1, 3).map((n) => peer.message('skip', String(n)));
		peer.send(two ?? {}, three ?? {});
		expect(await peer.next('nack')).toMatchObject({ code: 'out-of-order', seq: 2, expected: 1, retry: true });
		expect(await peer.next('nack')).toMatchObject({ code: 'out-of-order', seq: 3, expected: 1, retry: true });
		peer.send(one ?? {}, two ?? {}, three ?? {});
		await peer.next('ack', ({ seq }) => seq === 3);
		expect(peer.all('ack').map(({ offset }) => offset)).toEqual([1, 2, 3]);
		peer.close();
	});

	it('publishing and history need no subscription', async () => {
		const peer = await greeted('Ann');
		expect(await peer.publish('unsubscribed', 'hello')).toMatchObject({ type: 'ack', offset: 1 });
		peer.send({ type: 'history', room: 'unsubscribed', before: 9 });
		expect((await peer.next('history')).messages).toHaveLength(1);
		expect(peer.all('message')).toEqual([]);
		peer.close();
	});

	it('two tabs of one person: both see it, each counts its own seqs', async () => {
		const tabs = [await greeted('Ann', undefined, 1, ['tabs']), await greeted('Ann', undefined, 1, ['tabs'])];
		for (const tab of tabs) expect(await tab.publish('tabs', 'x')).toMatchObject({ type: 'ack', seq: 1 });
		for (const tab of tabs) {
			if (offsetsOf(tab, 'tabs').length < 2) await tab.next('message', ({ offset }) => offset === 2);
			expect(new Set(tab.all('message').map(({ user }) => user.id)).size).toBe(1);
			tab.close();
		}
	});

	it('the outbox of another tab of the same person is flushed under that tab’s id', async () => {
		const gone = await greeted('Ann');
		await gone.publish('adopt', 'one');
		gone.terminate();
		const heir = await greeted('Ann');
		const left = range(1, 2).map((seq) => ({ ...heir.message('unused', String(seq)), room: 'adopt', seq, client: gone.client }));
		heir.send(...left, heir.message('adopt', 'mine'));
		expect(await heir.next('ack')).toMatchObject({ client: gone.client, seq: 1, offset: 1, duplicate: true });
		expect(await heir.next('ack')).toMatchObject({ client: gone.client, seq: 2 });
		const own = await heir.next('ack');
		expect(own).toMatchObject({ seq: 1, duplicate: false });
		expect(own.client).toBeUndefined();
		heir.close();
	});

	it('another person’s client id -> forbidden, and the owner’s next seq is still free', async () => {
		const owner = await greeted('Ann');
		await owner.publish('owned', 'one');
		const eve = await greeted('Eve');
		eve.send({ ...eve.message('owned', 'stolen'), seq: 2, client: owner.client });
		expect(await eve.next('nack')).toMatchObject({ code: 'forbidden', retry: false, client: owner.client });
		eve.send({ ...eve.message('elsewhere', 'stolen'), client: owner.client });
		expect(await eve.next('nack')).toMatchObject({ code: 'forbidden' });
		owner.send({ type: 'publish', room: 'owned', seq: 2, kind: 'chat', data: { text: 'two' } });
		expect(await owner.next('ack')).toMatchObject({ seq: 2, offset: 2 });
		const thief = await greeted('Eve', owner.client);
		expect(await thief.publish('owned', 'as if')).toMatchObject({ type: 'nack', code: 'forbidden' });
		for (const peer of [owner, eve, thief]) peer.close();
	});
});

describe('refusing', () => {
	const wrong: [string, object][] = [
		['blank', { data: { text: ' \n\t ' } }],
		['4 001 code points', { data: { text: '🌊'.repeat(4_001) } }],
		['no text', { data: {} }],
		['a number', { data: { text: 7 } }],
		['no data', { data: null }],
		['a kind that the room does not take', { kind: 'shout' }],
	];
	it.each(wrong)('%s -> invalid-data, final; its seq is used; sent again it is refused again', async (_, change) => {
		const peer = await greeted('Ann');
		const room = `refused ${peer.client}`;
		const bad = { ...peer.message(room, ''), ...change };
		peer.send(bad, peer.message(room, 'good'));
		expect(await peer.next('nack')).toMatchObject({ code: 'invalid-data', seq: 1, retry: false, duplicate: false });
		expect(await peer.next('ack')).toMatchObject({ seq: 2, offset: 1 });
		peer.send(bad, { ...bad, kind: 'chat', data: { text: 'corrected under the same seq' } });
		expect(await peer.next('nack')).toMatchObject({ code: 'invalid-data', seq: 1, retry: false, duplicate: true });
		expect(await peer.next('nack')).toMatchObject({ code: 'invalid-data', seq: 1, retry: false, duplicate: true });
		peer.close();
	});

	it('4 000 code points are stored as given, blanks at the ends and all', async () => {
		const peer = await greeted('Ann', undefined, 1, ['long']);
		for (const text of ['🌊'.repeat(4_000), '  two  spaces \u0000 \ud800 <b>&amp;']) {
			expect(await peer.publish('long', text)).toMatchObject({ type: 'ack' });
			expect((await peer.next('message')).data).toEqual({ text });
		}
		peer.close();
	});

	it.each(['', ' room', 'room ', 'a\nb', 'x'.repeat(129), '\ud800', 'half \udc00 pair'])(
		'the room name %j is a bad frame',
		async (room) => {
			const peer = await greeted('Ann');
			peer.send(peer.message(room, 'x'));
			expect(await peer.next('error')).toMatchObject({ code: 'bad-frame', fatal: false });
			peer.close();
		},
	);

	it.each(['__proto__', 'constructor', 'räum 🌊', 'x'.repeat(128), "'; DROP TABLE messages; --"])(
		'the room name %j is one like any other',
		async (room) => {
			const peer = await greeted('Ann', undefined, 1, [room]);
			expect(await peer.publish(room, 'x')).toMatchObject({ type: 'ack', room, offset: 1 });
			expect(await peer.next('message')).toMatchObject({ room });
			peer.close();
		},
	);
});
