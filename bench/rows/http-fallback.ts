/** The everyday work once more, for people whose networks let no WebSocket through. */
import { closedLoop } from '../load/closed-loop.ts';
import { crowd, gather } from '../load/crowd.ts';
import type { PeerName } from '../servers.ts';
import { type Figures, ofEach, type Row } from './row.ts';
import { withServer } from './with-server.ts';

const CLIENTS = 1_000;
const ROOM_SIZE = 4;

const figure = 'messagesPerCpuSecond';
const peers = ['holdfast', 'holdfast-stream', 'holdfast-poll'] as const;

/** Of one way over HTTP, over that of WebSocket. */
const ofWebSocket = (peer: PeerName) => (round: Partial<Record<PeerName, Figures>>) => {
	const [http, webSocket] = [round[peer]?.[figure], round.holdfast?.[figure]];
	return http === undefined || webSocket === undefined ? null : http / webSocket;
};

export const httpFallback: Row = {
	name: 'http-fallback',
	work: '1 000 clients in 250 rooms, everybody sends messages of 128 bytes with 1 in flight, over HTTP as the client does it: one request listens, the next one sends',
	peers,
	goals: [
		{
			what: 'long-polling: acked messages per second of server CPU, × WebSocket',
			least: 0.25,
			measured: ofWebSocket('holdfast-poll'),
		},
		{
			what: 'event stream: acked messages per second of server CPU, × WebSocket',
			least: 0.5,
			measured: ofWebSocket('holdfast-stream'),
		},
	],
	illustrations: ofEach(peers, figure, 'messages/s of CPU'),
	trial: (peer, { durationMs, warmUpMs }) =>
		withServer(peer, async (server) => {
			const links = await gather(server.connect, server, crowd(CLIENTS, { roomSize: ROOM_SIZE }));
			const load = { pid: server.pid, links, senders: links, inFlight: 1 };
			await closedLoop({ ...load, durationMs: warmUpMs });
			const { acked, cpuSeconds, wallSeconds } = await closedLoop({ ...load, durationMs });
			return { [figure]: acked / cpuSeconds, messagesPerSecond: acked / wallSeconds, cpuShare: cpuSeconds / wallSeconds };
		}),
};
