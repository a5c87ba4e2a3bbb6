/** What a joined connection that does nothing weighs. */
import { crowd, gather } from '../load/crowd.ts';
import { settledBytes } from '../processes.ts';
import { ofEach, over, type Row } from './row.ts';
import { withServer } from './with-server.ts';

const CLIENTS = 10_000;
const FIRST = 1_000;
const ROOM_SIZE = 4;

const figure = 'bytesPerConnection';
const peers = ['holdfast', 'raw', 'socketio'] as const;

export const idleMemory: Row = {
	name: 'idle-memory',
	work: `10 000 connections joined to rooms of ${ROOM_SIZE}, each a person of its own: (resident after − before) / 10 000`,
	peers,
	goals: [
		{ what: 'memory a connection, × raw', most: 2, measured: over('raw', figure) },
		{ what: 'memory a connection, × Socket.IO', most: 0.25, measured: over('socketio', figure) },
	],
	illustrations: [
		...ofEach(peers, figure, 'bytes'),
		...ofEach(peers, 'bytesPerFurtherConnection', `bytes for each after the first 1 000`),
	],
	trial: (peer) =>
		withServer(peer, async (server) => {
			const members = crowd(CLIENTS, { roomSize: ROOM_SIZE });
			const atStart = await settledBytes(server.pid);
			const links = await gather(server.connect, server, members.slice(0, FIRST));
			// The first ones also pay for code that is compiled once: shown beside the figure, not taken out of it.
			const atFirst = await settledBytes(server.pid);
			links.push(...(await gather(server.connect, server, members.slice(FIRST))));
			const atEnd = await settledBytes(server.pid);
			return {
				[figure]: (atEnd - atStart) / CLIENTS,
				bytesPerFurtherConnection: (atEnd - atFirst) / (CLIENTS - FIRST),
				connections: links.length,
			};
		}),
};
