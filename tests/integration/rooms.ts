/** What the tests of rooms share: a room that was written to before, and the offsets that a peer has seen of it. */
import { systemClock } from '../../src/lib/clock.ts';
import { encodeBody } from '../../src/lib/server/log/message-log.ts';
import { openSqliteLog } from '../../src/lib/server/log/sqlite.ts';
import type { RawPeer } from '../support/raw-peer.ts';

/** Stores `count` messages of somebody else in each room, before a server starts on the folder. Returns the epoch. */
export async function fillRooms(dataDir: string, rooms: string[], count: number, text = (n: number) => `message ${n}`) {
	const log = await openSqliteLog({ dataDir, retention: { messages: 0, days: 0 }, clock: systemClock });
	const user = { id: 'earlier', name: 'Earlier' };
	for (const room of rooms) {
		const entries = Array.from({ length: count }, (_, index) => {
			const message = { room, client: 'earlier', seq: index + 1, at: 1_763_600_000_000 };
			const body = encodeBody({ ...message, user, kind: 'chat', data: { text: text(index + 1) } });
			return { ...message, user: user.id, body };
		});
		await log.append(entries);
	}
	const { epoch } = await log.head('');
	await log.close();
	return epoch;
}

export const offsetsOf = (peer: RawPeer, room: string): number[] => peer.all('message', room).map(({ offset }) => offset);
export const textsOf = (peer: RawPeer, room: string) => peer.all('message', room).map(({ data }) => data);
/** The whole numbers from `from` to `to`. */
export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
