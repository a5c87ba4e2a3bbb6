/** What it costs to let somebody in. */
import { crowd, gather } from '../load/crowd.ts';
import { cpuSeconds } from '../processes.ts';
import { ofEach, over, type Row } from './row.ts';
import { withServer } from './with-server.ts';

const CLIENTS = 10_000;
const ROOM_SIZE = 4;

const figure = 'connectionsPerCpuSecond';
const cold = 'coldConnectionsPerCpuSecond';
const peers = ['holdfast', 'raw', 'socketio'] as const;

export const connecting: Row = {
	name: 'connecting',
	work: `10 000 clients, 200 at a time: Holdfast with identity, hello, subscribe and live in rooms of ${ROOM_SIZE}, Socket.IO connected and joined, raw bare accepts. Another 10 000 came and left before, so that compiling is not what is measured`,
	peers,
	goals: [
		{ what: "connections per second of server CPU, × raw's bare accepts", least: 0.5, measured: over('raw', figure) },
		{ what: 'connections per second of server CPU, × Socket.IO', measured: over('socketio', figure) },
	],
	illustrations: [
		...ofEach(peers, figure, 'connections/s of CPU'),
		...ofEach(peers, cold, 'connections/s of CPU for the first 10 000'),
	],
	trial: (peer) =>
		withServer(peer, async (server) => {
			const comeIn = async () => {
				const before = cpuSeconds(server.pid);
				const links = await gather(server.connect, server, crowd(CLIENTS, { roomSize: peer === 'raw' ? 0 : ROOM_SIZE }));
				return { links, perCpuSecond: links.length / (cpuSeconds(server.pid) - before) };
			};
			const first = await comeIn();
			await Promise.all(
				first.links.map(
					(link) =>
						new Promise<void>((resolve) => {
							link.onClosed = () => resolve();
							link.close();
						}),
				),
			);
			const second = await comeIn();
			return { [figure]: second.perCpuSecond, [cold]: first.perCpuSecond };
		}),
};
