/** How soon a production server is ready that has a million messages to look after. */
import { systemClock } from '../../src/lib/clock.ts';
import { encodeBody } from '../../src/lib/server/log/message-log.ts';
import { openSqliteLog } from '../../src/lib/server/log/sqlite.ts';
import { crowd, gather } from '../load/crowd.ts';
import { payload } from '../load/link.ts';
import { makeDataDir, type Running, start } from '../servers.ts';
import { own, type Row } from './row.ts';

const ROOMS = 250;
const MESSAGES_A_ROOM = 4_000;

export const startUp: Row = {
	name: 'start',
	work: `the production server with 1 000 000 stored messages in 250 rooms, from the spawn of the process to 200 from /readyz; the database is in the page cache`,
	peers: ['holdfast'],
	goals: [{ what: 'ready after', most: 300, unit: 'ms', measured: own('readyMs') }],
	illustrations: [{ what: 'with an empty database', unit: 'ms', peer: 'holdfast', figure: 'emptyMs' }],
	async trial(peer) {
		const { dir, remove } = makeDataDir();
		try {
			const empty = await start(peer, `${dir}/empty`);
			await empty.kill();
			await fill(`${dir}/full`);
			const full = await start(peer, `${dir}/full`);
			try {
				const found = await headOf(full, roomName(ROOMS - 1));
				if (found !== MESSAGES_A_ROOM) throw new Error(`expected a room of ${MESSAGES_A_ROOM} messages, its head is ${found}`);
				return { readyMs: full.readyMs, emptyMs: empty.readyMs };
			} finally {
				await full.kill();
			}
		} finally {
			remove();
		}
	},
};

/** The proof that the server serves what was stored, not an empty log: the last offset that a newcomer is shown. */
async function headOf(server: Running, room: string): Promise<number | undefined> {
	const newcomers = crowd(1, { roomSize: 1, ledger: true }).map((member) => ({ ...member, room }));
	await gather(server.connect, server, newcomers);
	return newcomers[0]?.ledger?.offset;
}

const roomName = (index: number) => `stored-${index}`;

/** Through the product's own log: what lies there is what a server would have left. */
async function fill(dataDir: string) {
	const log = await openSqliteLog({ dataDir, retention: { messages: 0, days: 0 }, clock: systemClock });
	const user = { id: 'filler', name: 'Filler' };
	const data = { text: payload };
	for (let index = 0; index < ROOMS; index++) {
		const [room, client, at] = [roomName(index), `filler-${index}`, Date.now()];
		const entries = Array.from({ length: MESSAGES_A_ROOM }, (_, number) => {
			const seq = number + 1;
			return { room, client, seq, user: user.id, at, body: encodeBody({ room, client, seq, user, kind: 'chat', data, at }) };
		});
		await log.append(entries);
	}
	await log.close();
}
