/** What the server's measurements say of a process that stood still, of a wall clock that was set, and of a look that failed. */
import { afterEach, describe, expect, it } from 'bun:test';
import * as v from 'valibot';
import { type Series, status, type Window } from '../../src/lib/protocol/status.ts';
import { openSqliteLog } from '../../src/lib/server/log/sqlite.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, type InProcessOptions, startInProcess, temporaryFolder } from '../support/in-process.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

/** A server whose loop was as late as told, look by look; else 3 ms. */
async function start(more: InProcessOptions = {}) {
	const clock = new FakeClock();
	const machine = { late: [] as number[] };
	const host = {
		cpuMs: () => 0,
		load: (): [number, number, number] => [0, 0, 0],
		memory: () => ({ rss: 1, heapUsed: 1, heapTotal: 1 }),
		memoryLimit: 10,
		worstLoopDelay: () => machine.late.shift() ?? 3,
		close: () => {},
	};
	const server = await startInProcess({ clock, host, development: true, ...more });
	closing.push(() => server.close());
	return { server, clock, machine };
}

async function told({ url }: InProcess, window: Window = '5m') {
	const response = await fetch(`${url}/api/websocket/status?window=${window}`);
	return v.parse(status, await response.json());
}
/** The points of a day at which something was measured, counted from the last one. */
const measured = ({ values }: Series) => values.loopDelayMs.flatMap((value, index) => (value === null ? [] : [index - 1_439]));
const last = ({ values }: Series, count: number) => values.loopDelayMs.slice(-count);

describe('a process that stands still', () => {
	it.each([
		[400, [3, 3, 3, 400]],
		[600, [3, null, 3, 600]],
		[1_500, [null, null, 3, 1_500]],
		[2_900, [null, null, 3, 2_900]],
	])('for %d ms -> a second that was missed is a gap, and the delay is in the second that follows', async (ms, expected) => {
		const { server, clock, machine } = await start();
		await clock.advance(5_000);
		// The watcher of the loop is a timer as ours is, and fires after it.
		machine.late = [3, ms];
		await clock.stall(1_000 + ms);
		await clock.advance(1_500);
		expect(last((await told(server)).series, 4)).toEqual(expected);
	});

	it('for five hours -> as long a gap in the day, and nothing of before in the last minute', async () => {
		const { server, clock } = await start();
		const ann = await server.peer('Ann');
		ann.answerPings();
		await ann.hello({ rooms: ['lobby'] });
		await clock.advance(110_000);
		for (let n = 0; n < 20; n++) await ann.publish('lobby', 'before');
		await clock.advance(10_000);
		await clock.stall(5 * 3_600_000);
		await clock.advance(10_000);
		await ann.publish('lobby', 'after');
		await clock.advance(10_000);
		expect((await told(server)).metrics.timings.response.count).toBe(1);
		await clock.advance(40_000);
		expect(measured((await told(server, '24h')).series)).toEqual([-302, -301, -1, 0]);
	});

	it('the machine sleeps for five hours, and its clock with it -> the same gap', async () => {
		const { server, clock } = await start();
		await clock.advance(120_000);
		clock.sleep(5 * 3_600_000);
		await clock.advance(60_000);
		expect(measured((await told(server, '24h')).series)).toEqual([-302, -301, 0]);
	});

	it('for an hour, in the middle of talk -> the rates of the first second are those of that hour', async () => {
		const { server, clock } = await start();
		const ann = await server.peer('Ann');
		await ann.hello({ rooms: ['lobby'] });
		await clock.advance(20_000);
		for (let n = 0; n < 20; n++) await ann.publish('lobby', 'just now');
		await clock.stall(3_600_000);
		const { metrics, sample } = await told(server);
		expect(metrics.messages.receivedPerSecond).toBe(2);
		expect(sample.values.received).toBeCloseTo(20 / 3_600, 5);
	});
});

describe('the clock on the wall', () => {
	it('is set back by a day -> the uptime goes on', async () => {
		const { server, clock } = await start();
		await clock.advance(10_000);
		clock.sleep(-86_400_000);
		const { metrics, health } = await told(server);
		expect([metrics.server.uptimeMs, health.uptimeMs]).toEqual([10_000, 10_000]);
	});
});

describe('a look that fails', () => {
	it('is reported, and the server is as alive as before', async () => {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		const clock = new FakeClock();
		const log = await openSqliteLog({ dataDir: folder.path, retention: { messages: 0, days: 0 }, clock });
		let unreadable = false;
		const sizes = () => {
			if (unreadable) throw new Error('EACCES');
			return log.sizes();
		};
		const { server } = await start({ clock, log: { ...log, sizes }, dataDir: folder.path });
		unreadable = true;
		await clock.advance(30_000);
		const { health, metrics } = await told(server);
		expect(health.checks.loop).toBe(true);
		unreadable = false;
		await clock.advance(1_000);
		expect(last((await told(server)).series, 32)).toEqual([null, ...Array(30).fill(null), 3]);
		expect(metrics.errors.byKind).toEqual({ failure: 30 });
	});
});
