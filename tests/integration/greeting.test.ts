/** Rule 1: what happens before, at and instead of the hello. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, identify, startInProcess } from '../support/in-process.ts';
import { RawPeer } from '../support/raw-peer.ts';

let server: InProcess;
const clock = new FakeClock();
beforeAll(async () => {
	server = await startInProcess({ clock });
});
afterAll(() => server.close());

describe('hello', () => {
	it('hello -> welcome with who it is, the heartbeat and the limits', async () => {
		const { cookie, user } = await identify(server.url, 'Ann');
		const peer = new RawPeer(server.url, { cookie });
		const welcome = await peer.hello();
		expect(welcome).toMatchObject({
			version: 1,
			user,
			resumed: false,
			heartbeat: { intervalMs: 30_000, timeoutMs: 10_000 },
			limits: { frameBytes: 65_536, inFlight: 64 },
		});
		expect(welcome.previous).toBeUndefined();
		expect(welcome.server.boot).not.toBe('');
		peer.close();
	});

	it('no hello within 10 s -> error, then 4000; another that greeted stays', async () => {
		const silent = await server.peer('Ann');
		const polite = await server.peer('Ann');
		await polite.hello();
		await clock.advance(9_000);
		expect(silent.frames).toEqual([]);
		await clock.advance(3_000);
		expect(await silent.next('error')).toMatchObject({ code: 'hello-expected', class: 'protocol', fatal: true });
		expect(await silent.closed).toMatchObject({ code: 4000 });
		expect((await polite.publish('calm', 'still here')).type).toBe('ack');
		polite.close();
	});

	it('frames before the hello get errors, the third closes with 4002', async () => {
		const peer = await server.peer('Ann');
		peer.send({ type: 'ping', at: 1 });
		expect(await peer.next('error')).toMatchObject({ code: 'hello-expected', fatal: false });
		peer.send(peer.message('lobby', 'too early'), { type: 'subscribe', room: 'lobby' });
		expect(await peer.closed).toMatchObject({ code: 4002 });
		expect(peer.all('error').map(({ code }) => code)).toEqual(Array(3).fill('hello-expected'));
	});

	it('an early frame does not spoil the hello that follows', async () => {
		const peer = await server.peer('Ann');
		peer.send({ type: 'ping', at: 1 }, peer.greeting());
		await peer.next('welcome');
		peer.close();
	});

	it('each invalid frame of an array counts: three in one text -> 4002', async () => {
		const peer = await server.peer('Ann');
		await peer.hello();
		peer.send('[{"type":"publish"},7,null,{"type":"ping","at":1}]');
		expect(await peer.closed).toMatchObject({ code: 4002 });
		expect(peer.all('error').map(({ code }) => code)).toEqual(Array(3).fill('bad-frame'));
		expect(peer.all('pong')).toEqual([]);
	});

	it('acks and errors of a connection that is about to be closed arrive before the close', async () => {
		const peer = await server.peer('Ann');
		await peer.hello({ rooms: ['last words'] });
		await peer.publish('last words', 'one');
		peer.send(`[${JSON.stringify(peer.message('last words', 'two'))},{"type":"ping","at":9}]`);
		peer.send('[1,2,3]');
		expect(await peer.closed).toMatchObject({ code: 4002 });
		expect(peer.all('pong')).toHaveLength(1);
		expect(peer.all('error').map(({ code }) => code)).toEqual(Array(3).fill('bad-frame'));
	});

	it('valid frames between invalid ones are answered, and do not reset the count', async () => {
		const peer = await server.peer('Ann');
		await peer.hello();
		peer.send('no json', { type: 'ignored' });
		peer.send({ type: 'ping' }, { type: 'ping', at: 5 });
		expect(await peer.next('pong')).toMatchObject({ at: 5 });
		peer.send({ type: 'hello' });
		expect(await peer.closed).toMatchObject({ code: 4002 });
	});

	it('unknown types get unknown-type and never count', async () => {
		const peer = await server.peer('Ann');
		await peer.hello();
		for (let round = 0; round < 10; round++) peer.send({ type: `tomorrow-${round}`, more: true });
		peer.send({ type: 'ping', at: 2 });
		await peer.next('pong');
		expect(peer.all('error').map(({ code }) => code)).toEqual(Array(10).fill('unknown-type'));
		expect(peer.isOpen).toBe(true);
		peer.close();
	});

	it('unknown fields are ignored', async () => {
		const peer = await server.peer('Ann');
		peer.send({ ...peer.greeting({ rooms: ['lobby'] }), colour: 'red', nested: { deep: [1] } });
		await peer.next('live');
		peer.send({ type: 'ping', at: 3, extra: null });
		await peer.next('pong');
		peer.close();
	});

	it('a second hello on one connection is a bad frame', async () => {
		const peer = await server.peer('Ann');
		await peer.hello();
		peer.send(peer.greeting({ connectionNumber: 2 }));
		expect(await peer.next('error')).toMatchObject({ code: 'bad-frame' });
		expect(peer.isOpen).toBe(true);
		peer.close();
	});

	it('binary frames count as invalid', async () => {
		const peer = await server.peer('Ann');
		await peer.hello();
		for (let round = 0; round < 3; round++) peer.sendBinary(new TextEncoder().encode('{"type":"ping","at":1}'));
		expect(await peer.closed).toMatchObject({ code: 4002 });
		expect(peer.all('pong')).toEqual([]);
	});

	it('a version that is not spoken -> error version, 4009', async () => {
		const peer = await server.peer('Ann');
		peer.send(peer.greeting({ version: 2 }));
		expect(await peer.next('error')).toMatchObject({ code: 'version', class: 'version', fatal: true });
		expect(await peer.closed).toMatchObject({ code: 4009 });
	});

	it('no identity -> error unauthenticated, 4001, and nothing of it is taken', async () => {
		const peer = new RawPeer(server.url);
		await peer.opened;
		peer.send(peer.greeting({ rooms: ['lobby'] }), peer.message('lobby', 'from nobody'));
		expect(await peer.next('error')).toMatchObject({ code: 'unauthenticated', class: 'auth', fatal: true });
		expect(await peer.closed).toMatchObject({ code: 4001 });
		expect(peer.frames).toHaveLength(1);
		expect((await server.realtime.recent(null, 'lobby'))?.messages).toEqual([]);
	});

	it('a text of 65 536 bytes is taken, one more byte closes with 1009', async () => {
		const peer = await server.peer('Ann');
		await peer.hello();
		const frame = JSON.stringify({ type: 'ping', at: 1, pad: '' });
		peer.send(frame.replace('""', `"${'x'.repeat(65_536 - frame.length)}"`));
		await peer.next('pong');
		peer.send(frame.replace('""', `"${'x'.repeat(65_537 - frame.length)}"`));
		expect(await peer.closed).toMatchObject({ code: 1009 });
	});

	it('hello and publish in one array: welcomed, subscribed, stored', async () => {
		const peer = await server.peer('Ann');
		peer.send(peer.greeting({ rooms: ['one-array'] }), peer.message('one-array', 'first'), peer.message('one-array', 'second'));
		expect(await peer.next('ack', ({ seq }) => seq === 2)).toMatchObject({ offset: 2 });
		const order = peer.frames.map((frame) => ('offset' in frame ? `${frame.type} ${frame.offset}` : frame.type));
		expect(order.slice(0, 3)).toEqual(['welcome', 'subscribed 0', 'live 0']);
		expect(peer.all('message').map(({ offset }) => offset)).toEqual([1, 2]);
		peer.close();
	});
});
