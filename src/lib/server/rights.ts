/** Who may do what in which room. Asked anew for each subscribe, publish, history and signal: a right may be taken back at any time. */
import type { User } from '../protocol/frames.ts';
import { isPrivateRoom } from '../protocol/private-rooms.ts';
import { STATUS_ROOM, SYSTEM_PREFIX } from '../protocol/status.ts';
import type { Connection } from './connection.ts';

/** Rooms of the server's own: it alone speaks in them. */
export const isSystemRoom = (room: string): boolean => room.startsWith(SYSTEM_PREFIX);

/** Who was invited to which private room. Answers from memory: it is asked for every message. */
export interface Members {
	isMember(room: string, user: string): boolean;
}

export class Rights {
	readonly #members: Members;

	constructor(members: Members) {
		this.#members = members;
	}

	/** Whether a person may see what is in a room, and write to it. Null: somebody of whom nothing is known. */
	mayEnter(user: User | null, room: string): boolean {
		if (isSystemRoom(room)) return false;
		return !isPrivateRoom(room) || (user !== null && this.#members.isMember(room, user.id));
	}

	mayFollow({ isOperator, user }: Connection, room: string): boolean {
		if (isSystemRoom(room)) return room === STATUS_ROOM && isOperator;
		return user !== null && this.mayEnter(user, room);
	}
}

/** Of a room that one may not enter, and of one that does not exist: who asks is not told which. */
export const NOT_OPEN = 'this room is not open to you';
