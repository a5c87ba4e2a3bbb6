/** What the server keeps of a client's own word: its outbox, and how long a ping takes there and back. */
import { expect, it } from 'bun:test';
import { Connection } from '../../../src/lib/server/connection.ts';
import { Outgoing } from '../../../src/lib/server/outgoing.ts';
import { Registry } from '../../../src/lib/server/registry.ts';
import { Session } from '../../../src/lib/server/session.ts';
import { TokenBucket } from '../../../src/lib/server/token-bucket.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const fail = (where: string, error: unknown) => {
	throw new Error(where, { cause: error });
};
const rate = { perSecond: 0, burst: 1 };
const session = () =>
	new Session('c', 'ann', new TokenBucket(rate, 0), { messages: rate, userMessages: rate, requests: rate }, 0);

it('the outbox of a client: its last word; nothing where nothing waits', () => {
	const ann = session();
	expect(ann.outbox).toBeNull();
	ann.reports({ messages: 3, oldestMs: 4_000 });
	expect(ann.outbox).toEqual({ messages: 3, oldestMs: 4_000 });
	ann.reports({ messages: 0, oldestMs: 0 });
	expect(ann.outbox).toBeNull();
	ann.reports({ messages: 1, oldestMs: 1_000 });
	ann.reports(undefined);
	expect(ann.outbox).toBeNull();
});

it('the round trip is measured once a ping, by the echo of the last one alone', async () => {
	const clock = new FakeClock();
	clock.chance = 0;
	const registry = new Registry({
		...{ heartbeat: { intervalMs: 30_000, timeoutMs: 10_000, missed: 3 }, clock, report: fail },
		...{ heads: () => ({}), onSweep() {}, opened() {}, closed() {} },
	});
	const outgoing = new Outgoing(() => 1, fail);
	const pings: number[] = [];
	const connection = new Connection('here', { id: 'ann', name: 'Ann' }, outgoing);
	connection.open({
		send: (text) => pings.push(...[...text.matchAll(/"type":"ping","at":(\d+)/g)].map(([, at]) => Number(at))),
		...{ close() {}, subscribe() {}, unsubscribe() {}, getBufferedAmount: () => 0 },
	});
	connection.session = session();
	registry.add(connection);
	const stop = registry.start();
	const echo = (at = Number.NaN) => {
		connection.heard();
		connection.echoed(at, clock.now());
		return connection.roundTripMs;
	};
	expect(echo(1_000)).toBeNull();
	await clock.advance(30_000);
	outgoing.flushAll();
	expect([echo(0), echo()]).toEqual([null, null]);
	await clock.advance(40);
	expect(echo(pings[0])).toBe(40);
	await clock.advance(500);
	expect(echo(pings[0])).toBe(40);
	// The second ping goes unanswered for so long that a third follows: the late echo of the second says nothing.
	await clock.advance(40_000);
	outgoing.flushAll();
	expect(pings.length).toBe(3);
	expect(echo(pings[1])).toBe(40);
	expect(echo(pings[2])).toBe(clock.now() - Number(pings[2]));
	stop();
});
