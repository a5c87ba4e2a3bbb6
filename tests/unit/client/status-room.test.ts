/** A room without messages, at offset 0 for ever, whose state changes each second: an hour of it costs no question too many. */
import { describe, expect, it } from 'bun:test';
import { STATUS_ROOM } from '../../../src/lib/protocol/status.ts';
import { eventStreamTransport } from '../../../src/lib/transports/event-stream.ts';
import { longPollingTransport } from '../../../src/lib/transports/long-polling.ts';
import { selectorTransport } from '../../../src/lib/transports/selector.ts';
import type { Transport } from '../../../src/lib/transports/transport.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { StatusServer } from '../../support/status-server.ts';
import { connected, follow, setup } from './harness.ts';

const HOUR = 3_600_000;

/** A WebSocket that the network never lets through. */
const blocked: Transport = {
	name: 'websocket',
	open(_url, { close }) {
		queueMicrotask(() => close(1006, 'blocked'));
		return { transport: 'websocket', send() {}, close() {} };
	},
};
type Http = Parameters<typeof longPollingTransport>[0];
/** Requests that one hour may take: a stream lasts 50 s, a poll a second; a probe of the WebSocket asks for nothing. */
const ways: [string, (http: Http) => Transport, number][] = [
	['event stream', eventStreamTransport, 80],
	['long-polling', longPollingTransport, 3_700],
	[
		'the selector without WebSocket',
		(http) =>
			selectorTransport({ clock: http?.clock ?? new FakeClock(), webSocket: blocked, fallbacks: [eventStreamTransport(http)] }),
		80,
	],
];

describe('the status room', () => {
	it.each(ways)(
		'over %s: an hour, each second told once and in order, and a restart is one reset',
		async (_, transportOf, most) => {
			const clock = new FakeClock();
			const server = new StatusServer(clock, STATUS_ROOM);
			const { client, errors } = setup({
				clock,
				url: 'ws://host/api/websocket',
				transport: transportOf({ clock, fetch: server.fetch }),
			});
			const seconds: unknown[] = [];
			const room = follow(client, STATUS_ROOM, {
				state: ({ second }) => void seconds.push(second),
				subscribed({ result, state: { second } }) {
					room.results.push(result);
					seconds.push(second);
				},
			});
			client.connect();
			await clock.advance(HOUR);
			expect(seconds).toEqual(Array.from({ length: 3_601 }, (_, second) => second));
			expect(room.results).toEqual(['fresh']);
			// Those that carry a ping alone ask for no room.
			const asking = server.hellos.map(({ rooms }) => rooms).filter(({ length }) => length > 0);
			expect(asking.length).toBeLessThan(most);
			const [first, ...others] = asking;
			expect(first).toEqual([{ room: STATUS_ROOM }]);
			for (const rooms of others) expect(rooms).toEqual([{ room: STATUS_ROOM, epoch: 'boot-1', offset: 0 }]);
			server.boot = 'boot-2';
			await clock.advance(60_000);
			expect([room.results, room.lives, room.subscription.position]).toEqual([
				['fresh', 'reset'],
				[0, 0],
				{ epoch: 'boot-2', offset: 0 },
			]);
			expect(seconds.at(-1)).toBe(3_660);
			expect(errors).toEqual([]);
			client.close();
		},
	);

	it('over WebSocket: an hour with pings and drops, asked for once a connection', async () => {
		const { client, clock, server, errors } = await connected();
		server.logs.set(STATUS_ROOM, { epoch: 'boot-1', messages: [], first: 1 });
		const seconds: unknown[] = [];
		const room = follow(client, STATUS_ROOM, { state: ({ second }) => void seconds.push(second) });
		for (let second = 1; second <= 3_600; second++) {
			await clock.advance(1_000);
			if (second % 900 === 450) server.last.close(1006);
			if (second % 30 === 0) server.last.send({ type: 'ping', at: second, heads: { [STATUS_ROOM]: 0 } });
			server.last.send({ type: 'state', room: STATUS_ROOM, state: { second } });
		}
		await clock.advance(1_000);
		expect(seconds.length).toBeGreaterThan(3_500);
		expect([room.results, errors.map(({ code }) => code)]).toEqual([
			['fresh', 'resumed', 'resumed', 'resumed', 'resumed'],
			[1006, 1006, 1006, 1006],
		]);
		expect(server.connections.map((connection) => connection.frames('subscribe').length)).toEqual([1, 0, 0, 0, 0]);
		// The server was started anew.
		server.logs.set(STATUS_ROOM, { epoch: 'boot-2', messages: [], first: 1 });
		server.last.close(1012);
		await clock.advance(5_000);
		expect([room.results.at(-1), room.subscription.live]).toEqual(['reset', true]);
		expect(server.last.frames('subscribe')).toEqual([]);
		client.close();
	});
});
