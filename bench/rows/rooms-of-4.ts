/** The product's everyday work: many small rooms in which everybody sends. */
import { closedLoop } from '../load/closed-loop.ts';
import { crowd, gather } from '../load/crowd.ts';
import { ofEach, over, type Row } from './row.ts';
import { withServer } from './with-server.ts';

const CLIENTS = 1_000;
const ROOM_SIZE = 4;

/** The same with more in flight, where a server can merge more. */
const MORE_IN_FLIGHT = 4;
const merged = 'messagesPerCpuSecondMerged';
const figure = 'messagesPerCpuSecond';
const peers = ['holdfast', 'raw', 'socketio', 'ws'] as const;

export const roomsOf4: Row = {
	name: 'rooms-of-4',
	work: `1 000 clients in 250 rooms, everybody sends messages of 128 bytes with 1 in flight`,
	peers,
	goals: [
		{ what: 'acked messages per second of server CPU, × raw', least: 0.5, measured: over('raw', figure) },
		{
			what: 'acked messages per second of server CPU, × Socket.IO, which stores nothing',
			least: 3,
			measured: over('socketio', figure),
		},
		{ what: `the same with ${MORE_IN_FLIGHT} in flight, × raw`, measured: over('raw', merged) },
	],
	illustrations: [
		...ofEach(peers, figure, 'messages/s of CPU'),
		...ofEach(peers, merged, `messages/s of CPU with ${MORE_IN_FLIGHT} in flight`),
	],
	trial: (peer, { durationMs, warmUpMs }) =>
		withServer(peer, async (server) => {
			const links = await gather(server.connect, server, crowd(CLIENTS, { roomSize: ROOM_SIZE }));
			const load = { pid: server.pid, links, senders: links, inFlight: 1 };
			await closedLoop({ ...load, durationMs: warmUpMs });
			const { acked, cpuSeconds, wallSeconds } = await closedLoop({ ...load, durationMs });
			const more = await closedLoop({ ...load, inFlight: MORE_IN_FLIGHT, durationMs });
			return {
				[figure]: acked / cpuSeconds,
				[merged]: more.acked / more.cpuSeconds,
				messagesPerSecond: acked / wallSeconds,
				cpuShare: cpuSeconds / wallSeconds,
			};
		}),
};
