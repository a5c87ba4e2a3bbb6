/** Who may do what in which room. */
import { STATUS_ROOM, SYSTEM_PREFIX } from '../protocol/status.ts';
import type { Connection } from './connection.ts';

/** Rooms of the server's own: it alone speaks in them. */
export const isSystemRoom = (room: string): boolean => room.startsWith(SYSTEM_PREFIX);

/** Every room is open to everybody, but the server's own ones to those who run it. */
export const mayFollow = ({ isOperator }: Connection, room: string): boolean =>
	!isSystemRoom(room) || (room === STATUS_ROOM && isOperator);
