/** One room, a thousand subscribers: what a delivery costs. */
import { closedLoop } from '../load/closed-loop.ts';
import { crowd, gather } from '../load/crowd.ts';
import { ofEach, over, type Row } from './row.ts';
import { withServer } from './with-server.ts';

const SUBSCRIBERS = 1_000;
const SENDERS = 4;
const IN_FLIGHT = 16;

/** What one message at a time costs: nothing can be merged then. */
const alone = 'deliveriesPerCpuSecondAlone';
const figure = 'deliveriesPerCpuSecond';
const peers = ['holdfast', 'raw', 'socketio', 'ws'] as const;

export const fanOut: Row = {
	name: 'fan-out',
	work: `1 room, 1 000 subscribers, messages of 128 bytes; ${SENDERS} of them send with ${IN_FLIGHT} in flight each`,
	peers,
	goals: [
		{ what: 'deliveries per second of server CPU, × raw', least: 1, measured: over('raw', figure) },
		{ what: 'deliveries per second of server CPU, × Socket.IO', least: 6, measured: over('socketio', figure) },
		{ what: 'the same with 1 sender and 1 in flight, × raw', measured: over('raw', alone) },
	],
	illustrations: [
		...ofEach(peers, figure, 'deliveries/s of CPU'),
		...ofEach(peers, alone, 'deliveries/s of CPU with 1 sender and 1 in flight'),
	],
	trial: (peer, { durationMs, warmUpMs }) =>
		withServer(peer, async (server) => {
			const links = await gather(server.connect, server, crowd(SUBSCRIBERS, { roomSize: SUBSCRIBERS }));
			const load = { pid: server.pid, links, senders: links.slice(0, SENDERS), inFlight: IN_FLIGHT };
			await closedLoop({ ...load, durationMs: warmUpMs });
			const { delivered, acked, cpuSeconds, wallSeconds } = await closedLoop({ ...load, durationMs });
			const single = await closedLoop({ ...load, senders: links.slice(0, 1), inFlight: 1, durationMs });
			return {
				[figure]: delivered / cpuSeconds,
				[alone]: single.delivered / single.cpuSeconds,
				messagesPerSecond: acked / wallSeconds,
				cpuShare: cpuSeconds / wallSeconds,
			};
		}),
};
