/** T-79: what health checks hear while the log fails, the loop stands still and the server stops. */
import { afterEach, describe, expect, it } from 'bun:test';
import * as v from 'valibot';
import { health } from '../../src/lib/protocol/status.ts';
import { temporaryFolder } from '../support/in-process.ts';
import { until } from '../support/until.ts';
import { gate, openFaultyLog } from './faulty-log.ts';
import { type Operated, startOperated } from './operator.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

/** A server over a log whose disk can be full, and whose commits can be held. */
async function start() {
	const folder = temporaryFolder();
	closing.push(folder.remove);
	const log = await openFaultyLog(folder.path);
	let writable = true;
	const server = await startOperated({
		dataDir: folder.path,
		log: Object.defineProperty(log, 'writable', { get: () => writable }),
	});
	closing.push(() => server.close());
	return {
		...server,
		log,
		fill(full: boolean) {
			writable = !full;
		},
	};
}

async function verdicts({ ask }: Operated) {
	const [alive, ready, well] = [await ask('/healthz'), await ask('/readyz'), await ask('health')];
	const { status, reasons, checks } = v.parse(health, await well.json());
	return {
		alive: [alive.status, await alive.json()],
		ready: [ready.status, await ready.json()],
		well: [well.status, status, reasons, checks],
	};
}

describe('T-79 health checks', () => {
	it('nothing is wrong -> all three say so', async () => {
		expect(await verdicts(await start())).toEqual({
			alive: [200, { alive: true }],
			ready: [200, { ready: true, reasons: [] }],
			well: [200, 'ok', [], { log: true, loop: true, accepting: true }],
		});
	});

	it('a full disk -> alive, not ready; space -> ready again by itself', async () => {
		const server = await start();
		server.fill(true);
		const reasons = ['the log takes no writes'];
		expect(await verdicts(server)).toEqual({
			alive: [200, { alive: true }],
			ready: [503, { ready: false, reasons }],
			well: [503, 'down', reasons, { log: false, loop: true, accepting: true }],
		});
		server.fill(false);
		expect((await verdicts(server)).ready[0]).toBe(200);
	});

	it('the loop stood still for 10 s -> not alive, until it has turned', async () => {
		const server = await start();
		// Nothing but this test runs meanwhile: the server's own look at the loop does not come.
		await server.clock.stall(0);
		const { setTimeout } = server.clock;
		server.clock.setTimeout = () => () => {};
		await server.clock.advance(1_000); // the next look is not set up
		await server.clock.advance(9_999);
		expect((await verdicts(server)).alive).toEqual([200, { alive: true }]);
		await server.clock.advance(1);
		expect(await verdicts(server)).toEqual({
			alive: [503, { alive: false }],
			ready: [503, { ready: false, reasons: ['the event loop stood still'] }],
			well: [503, 'down', ['the event loop stood still'], { log: true, loop: false, accepting: true }],
		});
		server.clock.setTimeout = setTimeout;
	});

	it('stopping -> alive, not ready, while it finishes what it took', async () => {
		const server = await start();
		const ann = await server.peer('Ann');
		await ann.hello({ rooms: ['lobby'] });
		await ann.publish('lobby', 'the first');
		const commit = gate();
		const { batches } = server.log;
		server.log.after.append = () => commit.opened;
		ann.send(ann.message('lobby', 'the last one'));
		await until(() => server.log.batches > batches, 'it is being written');
		const closed = server.realtime.close();
		const reasons = ['the server is stopping'];
		expect(await verdicts(server)).toEqual({
			alive: [200, { alive: true }],
			ready: [503, { ready: false, reasons }],
			well: [503, 'down', reasons, { log: true, loop: true, accepting: false }],
		});
		commit.open();
		expect(await ann.next('ack')).toMatchObject({ offset: 2 });
		await closed;
	});
});
