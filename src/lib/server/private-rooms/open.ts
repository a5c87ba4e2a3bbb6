/** Opens the private rooms beside the log, and answers what the pages ask of them. */
import type { Clock } from '../../clock.ts';
import type { User } from '../../protocol/frames.ts';
import type { Report } from '../errors.ts';
import type { MessageLog } from '../log/message-log.ts';
import type { Presence } from '../presence.ts';
import type { Realtime } from '../realtime.ts';
import type { RoomStore } from './room-store.ts';
import { openSqliteRooms } from './sqlite.ts';
import { seenBy, tokenHash } from './views.ts';

/**
 * @param given another store than the embedded one
 * @throws Error where they cannot be opened; the log is let go of then
 */
export async function openRooms(options: { dataDir: string }, log: MessageLog, given?: RoomStore): Promise<RoomStore> {
	try {
		return given ?? openSqliteRooms(options);
	} catch (error) {
		await log.close();
		throw error;
	}
}

export function roomsForPages(rooms: RoomStore, { wall }: Clock): Pick<Realtime, 'privateRooms' | 'privateRoom' | 'invitation'> {
	return {
		privateRooms: async (user) => (user ? (await rooms.roomsOf(user.id)).map((room) => seenBy(user, room)) : []),
		privateRoom(user, name) {
			const room = rooms.find(name);
			return user && room?.members.has(user.id) ? seenBy(user, room) : null;
		},
		invitation: async (token) => (await rooms.invited(tokenHash(token), wall()))?.title ?? null,
	};
}

/** A person goes by another name: their rooms are told, and the lists of who is in the private ones follow. */
export function renamedIn(rooms: RoomStore, presence: Presence, user: User, report: Report) {
	presence.renamed(user);
	// Should it fail, the list shows the older name until they are renamed again.
	rooms.renamed(user).catch((error: unknown) => report('private rooms', error));
}
