/** What it costs to let somebody in. */
import { crowd, gather } from '../load/crowd.ts';
import { cpuSeconds } from '../processes.ts';
import { ofEach, over, type Row } from './row.ts';
import { withServer } from './with-server.ts';

const CLIENTS = 10_000;
const ROOM_SIZE = 4;

const figure = 'connectionsPerCpuSecond';
const peers = ['holdfast', 'raw', 'socketio'] as const;

export const connecting: Row = {
	name: 'connecting',
	work: `10 000 clients, 200 at a time: Holdfast with identity, hello, subscribe and live in rooms of ${ROOM_SIZE}, Socket.IO connected and joined, raw bare accepts`,
	peers,
	goals: [
		{ what: "connections per second of server CPU, × raw's bare accepts", least: 0.5, measured: over('raw', figure) },
		{ what: 'connections per second of server CPU, × Socket.IO', measured: over('socketio', figure) },
	],
	illustrations: ofEach(peers, figure, 'connections/s of CPU'),
	trial: (peer) =>
		withServer(peer, async (server) => {
			const members = crowd(CLIENTS, { roomSize: peer === 'raw' ? 0 : ROOM_SIZE });
			const before = cpuSeconds(server.pid);
			const began = performance.now();
			const links = await gather(server.connect, server, members);
			const used = cpuSeconds(server.pid) - before;
			return { [figure]: links.length / used, connectionsPerSecond: links.length / ((performance.now() - began) / 1000) };
		}),
};
