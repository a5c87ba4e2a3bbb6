/** What two connections of one client are told, in which order, when the newer one takes over. */
import { expect, it } from 'bun:test';
import { getLogger } from '@logtape/logtape';
import type { Hello } from '../../../src/lib/protocol/frames.ts';
import { AcceptRate } from '../../../src/lib/server/accept-rate.ts';
import { Connection } from '../../../src/lib/server/connection.ts';
import { ConnectionLogger } from '../../../src/lib/server/connection-logger.ts';
import { type Greeter, greet } from '../../../src/lib/server/greeting.ts';
import { Hub } from '../../../src/lib/server/hub.ts';
import { Incidents } from '../../../src/lib/server/incidents/incidents.ts';
import { type MessageLog, NO_VIEW } from '../../../src/lib/server/log/message-log.ts';
import { Counters } from '../../../src/lib/server/monitor/counters.ts';
import { Outgoing } from '../../../src/lib/server/outgoing.ts';
import { Presence } from '../../../src/lib/server/presence.ts';
import { Registry } from '../../../src/lib/server/registry.ts';
import { Rights } from '../../../src/lib/server/rights.ts';
import { Sessions } from '../../../src/lib/server/session.ts';
import type { Wire } from '../../../src/lib/server/wire.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const fail = (where: string, error: unknown) => {
	throw new Error(where, { cause: error });
};
const log: MessageLog = {
	append: () => Promise.reject(new Error('nobody publishes')),
	read: async () => [],
	head: async () => ({ epoch: 'one', head: 0, floor: 0 }),
	view: async () => NO_VIEW,
	trim: async () => 0,
	writable: true,
	sizes: () => ({ databaseBytes: 0, walBytes: 0 }),
	close: async () => {},
};
const rate = { perSecond: 0, burst: 1 };

function start() {
	const clock = new FakeClock();
	const outgoing = new Outgoing(() => 1, fail);
	const counters = new Counters();
	const presence = new Presence({
		...{ clock, report: fail, graceMs: 30_000, idleMs: 0 },
		isHeard: () => false,
		send() {},
		changed() {},
	});
	const greeter: Greeter = {
		options: {
			heartbeat: { intervalMs: 30_000, timeoutMs: 10_000, missed: 3 },
			inFlight: 64,
			connections: { max: 0, perAddress: 0, perUser: 0, timeoutMs: 30_000 },
		},
		acceptRate: new AcceptRate(2_000),
		incidents: new Incidents(clock, (error) => fail('incidents', error)),
		registry: new Registry({
			heartbeat: { intervalMs: 30_000, timeoutMs: 10_000, missed: 3 },
			clock,
			report: fail,
			heads: () => ({}),
			onSweep() {},
			opened() {},
		}),
		connectionLogger: new ConnectionLogger(getLogger(['holdfast-test']), clock),
		tracer: undefined,
		sessions: new Sessions({ messages: rate, userMessages: rate, requests: rate }),
		counters,
		hub: new Hub({ log, clock, outgoing, publish: () => 1, report: fail, counters, presence, entering() {} }),
		rights: new Rights({ isMember: () => false }),
		server: { node: 'n', boot: 'b', version: '1' },
	};
	const told: string[] = [];
	const open = (name: string) => {
		const wire: Wire = {
			send: (text) => told.push(`${name} hears ${[...text.matchAll(/"type":"(\w+)"/g)].map(([, type]) => type).join()}`),
			close: (code) => told.push(`${name} is closed with ${code}`),
			subscribe() {},
			unsubscribe() {},
			getBufferedAmount: () => 0,
		};
		const connection = new Connection('here', { id: 'ann', name: 'Ann' }, outgoing);
		connection.open(wire);
		return connection;
	};
	const hello = (connectionNumber: number): Hello => ({
		type: 'hello',
		version: 1,
		client: 'c',
		connectionNumber,
		rooms: [{ room: 'lobby' }],
	});
	return { greeter, told, open, hello, outgoing };
}

it('a newer connection takes over -> its live leaves before the 4005 of the older one', async () => {
	const { greeter, told, open, hello, outgoing } = start();
	await greet(greeter, open('older'), hello(1));
	outgoing.flushAll();
	const greeted = greet(greeter, open('newer'), hello(2));
	const until = ['older hears welcome,subscribed,live', 'newer hears welcome,subscribed,live'];
	expect(told).toEqual(until); // all of that within the handler, at whose end Bun lets it go
	await greeted;
	expect(told).toEqual([...until, 'older is closed with 4005']);
});
