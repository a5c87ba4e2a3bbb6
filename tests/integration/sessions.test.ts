/** Rule 7: one client, one session, whichever connection carries it; the newer one fences the older. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { type FaultyLog, gate, openFaultyLog } from './faulty-log.ts';

const folder = temporaryFolder();
const clock = new FakeClock();
let server: InProcess;
let log: FaultyLog;
beforeAll(async () => {
	log = await openFaultyLog(folder.path);
	server = await startInProcess({ log, clock, dataDir: folder.path });
});
beforeEach(() => {
	log.before = {};
});
afterAll(async () => {
	await server.close();
	folder.remove();
});

const client = () => crypto.randomUUID();

describe('coming back', () => {
	it('within 30 s -> resumed, the same session, and how the last connection ended', async () => {
		const first = await server.peer('Ann');
		const welcome = await first.hello();
		first.terminate();
		await clock.advance(20_000);
		const second = await server.peer('Ann', { client: first.client });
		expect(await second.hello({ connectionNumber: 2 })).toMatchObject({
			session: welcome.session,
			resumed: true,
			previous: { endedBy: 'network', code: 1006 },
		});
		second.close();
		await second.closed;
		const third = await server.peer('Ann', { client: first.client });
		expect(await third.hello({ connectionNumber: 3 })).toMatchObject({
			resumed: true,
			previous: { endedBy: 'client', code: 1000 },
		});
		third.close();
	});

	it('later -> a new session, not resumed', async () => {
		const first = await server.peer('Ann');
		const welcome = await first.hello();
		first.close();
		await first.closed;
		await clock.advance(35_000);
		const second = await server.peer('Ann', { client: first.client });
		const back = await second.hello({ connectionNumber: 2, lastClose: { code: 1001, transport: 'websocket', afterMs: 1 } });
		expect(back).toMatchObject({ resumed: false, previous: { endedBy: 'unknown', code: 1001 } });
		expect(back.session).not.toBe(welcome.session);
		second.close();
	});

	it('right after a start the server says that it was the restart', async () => {
		const young = await startInProcess();
		const peer = await young.peer('Ann');
		expect((await peer.hello({ connectionNumber: 9 })).previous).toEqual({ endedBy: 'restart', code: 1006 });
		await young.close();
	});

	it('another person with the same client id gets a session of their own', async () => {
		const ann = await server.peer('Ann');
		const welcome = await ann.hello({ connectionNumber: 5 });
		const eve = await server.peer('Eve', { client: ann.client });
		const other = await eve.hello({ connectionNumber: 6 });
		expect(other).toMatchObject({ resumed: false });
		expect(other.session).not.toBe(welcome.session);
		expect((await ann.publish('lobby', 'still mine')).type).toBe('ack');
		ann.close();
		eve.close();
	});
});

describe('fencing', () => {
	it('a higher number -> 4005 for the older one, no frame of it counts any more', async () => {
		const id = client();
		const older = await server.peer('Ann', { client: id });
		await older.hello({ rooms: ['fence'] });
		const newer = await server.peer('Ann', { client: id });
		newer.send(newer.greeting({ connectionNumber: 2, rooms: ['fence'] }));
		// On its way while the server decides: either it came before, or it counts for nothing.
		older.send(older.message('fence', 'late'));
		await newer.next('live');
		expect(await older.closed).toMatchObject({ code: 4005 });
		expect(await newer.publish('fence', 'late')).toMatchObject({ type: 'ack', seq: 1, offset: 1 });
		newer.close();
	});

	it.each([1, 2])(
		'number %d where 2 is connected -> error replaced and 4005, the connected one stays',
		async (connectionNumber) => {
			const id = client();
			const holder = await server.peer('Ann', { client: id });
			await holder.hello({ connectionNumber: 2 });
			const late = await server.peer('Ann', { client: id });
			late.send(late.greeting({ connectionNumber }), late.message(`fence ${id}`, 'x'));
			expect(await late.next('error')).toMatchObject({ code: 'replaced', class: 'replaced', fatal: true });
			expect(await late.closed).toMatchObject({ code: 4005 });
			expect(await holder.publish(`fence ${id}`, 'x')).toMatchObject({ type: 'ack', offset: 1 });
			holder.close();
		},
	);

	it('the older one serves until the rooms of the newer are live', async () => {
		const id = client();
		const older = await server.peer('Ann', { client: id });
		await older.hello({ rooms: ['swift'] });
		const { opened, open } = gate();
		log.before.head = (room) => (room === 'slow' ? opened : undefined);
		const newer = await server.peer('Ann', { client: id });
		newer.send(newer.greeting({ connectionNumber: 2, rooms: ['swift', 'slow'] }));
		await newer.next('live', ({ room }) => room === 'swift');
		expect(await older.publish('swift', 'over the old one')).toMatchObject({ type: 'ack', offset: 1 });
		await newer.next('message');
		expect(older.isOpen).toBe(true);
		open();
		await newer.next('live', ({ room }) => room === 'slow');
		expect(await older.closed).toMatchObject({ code: 4005 });
		newer.close();
	});

	it('one that is overtaken while it joins -> 4005 at its next frame, which does not count', async () => {
		const id = client();
		const first = await server.peer('Ann', { client: id });
		await first.hello();
		const { opened, open } = gate();
		log.before.head = (room) => (room === 'slow' ? opened : undefined);
		const second = await server.peer('Ann', { client: id });
		second.send(second.greeting({ connectionNumber: 2, rooms: ['slow'] }));
		await second.next('welcome');
		const third = await server.peer('Ann', { client: id });
		await third.hello({ connectionNumber: 3 });
		second.send(second.message('swift', 'too late'));
		expect(await second.closed).toMatchObject({ code: 4005 });
		open();
		expect(await third.publish('swift', 'in time')).toMatchObject({ type: 'ack', seq: 1 });
		third.close();
	});

	it('a newest one that dies before it is live does not fence the one before it', async () => {
		const id = client();
		const first = await server.peer('Ann', { client: id });
		await first.hello();
		const one = gate();
		const two = gate();
		log.before.head = (room) => (room === 'one' ? one.opened : two.opened);
		const second = await server.peer('Ann', { client: id });
		second.send(second.greeting({ connectionNumber: 2, rooms: ['one'] }));
		await second.next('welcome');
		const third = await server.peer('Ann', { client: id });
		third.send(third.greeting({ connectionNumber: 3, rooms: ['two'] }));
		await third.next('welcome');
		third.terminate();
		await third.closed;
		one.open();
		await second.next('live');
		expect(await first.closed).toMatchObject({ code: 4005 });
		expect(second.isOpen).toBe(true);
		second.close();
		two.open();
	});

	it('a newer one that dies before it is live takes nothing over', async () => {
		const id = client();
		const older = await server.peer('Ann', { client: id });
		await older.hello();
		const { opened, open } = gate();
		log.before.head = () => opened;
		const newer = await server.peer('Ann', { client: id });
		newer.send(newer.greeting({ connectionNumber: 2, rooms: ['never-live'] }));
		await newer.next('welcome');
		newer.terminate();
		await newer.closed;
		// Two turns of the server's loop later it has seen that the newer one is gone.
		for (const text of ['one', 'two']) await older.publish('lobby', text);
		open();
		expect(await older.publish('lobby', 'unharmed')).toMatchObject({ type: 'ack' });
		older.close();
	});

	it('a client whose first replay lasts longer than a session waits is still the same session', async () => {
		const id = client();
		const { opened, open } = gate();
		log.before.head = (room) => (room === 'endless' ? opened : undefined);
		const slow = await server.peer('Ann', { client: id });
		slow.send(slow.greeting({ rooms: ['endless'] }));
		const { session } = await slow.next('welcome');
		for (let round = 0; round < 5; round++) {
			await clock.advance(9_000);
			slow.send({ type: 'ping', at: round });
			await slow.next('pong');
		}
		const newer = await server.peer('Ann', { client: id });
		expect(await newer.hello({ connectionNumber: 2 })).toMatchObject({ session, resumed: true });
		// Its rooms are not live yet, and no frame of it counts any more.
		expect(await slow.closed).toMatchObject({ code: 4005 });
		open();
		newer.close();
	});

	it('the older one leaves while the rooms of the newer take long -> still the same session', async () => {
		const id = client();
		const older = await server.peer('Ann', { client: id });
		const { session } = await older.hello();
		const { opened, open } = gate();
		log.before.head = (room) => (room === 'endless' ? opened : undefined);
		const newer = await server.peer('Ann', { client: id });
		newer.send(newer.greeting({ connectionNumber: 2, rooms: ['endless'] }));
		await newer.next('welcome');
		older.close();
		await older.closed;
		for (let round = 0; round < 5; round++) {
			await clock.advance(9_000);
			newer.send({ type: 'ping', at: round });
			await newer.next('pong');
		}
		open();
		await newer.next('live');
		const newest = await server.peer('Ann', { client: id });
		expect(await newest.hello({ connectionNumber: 3 })).toMatchObject({ session, resumed: true });
		expect(await newer.closed).toMatchObject({ code: 4005 });
		newest.close();
	});
});
