/** Rule 9: what may be missed is not sent to a reader who is behind; everybody else gets it. */
import { expect, it } from 'bun:test';
import { Connection } from '../../../src/lib/server/connection.ts';
import { Hub } from '../../../src/lib/server/hub.ts';
import { type MessageLog, NO_VIEW } from '../../../src/lib/server/log/message-log.ts';
import { Counters } from '../../../src/lib/server/monitor/counters.ts';
import { direct, Outgoing } from '../../../src/lib/server/outgoing.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { start } from './presence-harness.ts';

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
const fail = (where: string, error: unknown) => {
	throw new Error(where, { cause: error });
};

it('a publish met backpressure -> signals go to each who keeps up, until all do; then they are published again', async () => {
	const published: string[] = [];
	let status = 1;
	const publish = (_: string, text: string) => {
		published.push(text);
		return status;
	};
	const { presence } = start();
	const outgoing = new Outgoing(publish, fail);
	const parts = { log, publish, presence, outgoing, report: fail, clock: new FakeClock(), counters: new Counters() };
	const hub = new Hub({ ...parts, entering() {} });
	const heard: Record<string, string[]> = { quick: [], slow: [] };
	const buffered: Record<string, number> = { quick: 0, slow: 0 };
	for (const name of ['quick', 'slow']) {
		const connection = new Connection('here', { id: name, name }, direct);
		connection.open({
			send: (text) => heard[name]?.push(text),
			close() {},
			subscribe() {},
			unsubscribe() {},
			getBufferedAmount: () => buffered[name] ?? 0,
		});
		await hub.subscribe(connection, 'lobby', null);
	}
	for (const frames of Object.values(heard)) frames.length = 0;

	status = -1;
	buffered.slow = 500_000;
	hub.mention('lobby', 'first');
	hub.mention('lobby', 'second');
	expect([published.at(-1), heard]).toEqual(['first', { quick: ['second'], slow: [] }]);
	status = 1;
	buffered.slow = 0;
	hub.mention('lobby', 'third');
	hub.mention('lobby', 'fourth');
	expect([published.at(-1), heard]).toEqual(['fourth', { quick: ['second', 'third'], slow: ['third'] }]);
});
