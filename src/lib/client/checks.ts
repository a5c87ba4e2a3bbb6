/** Checks what the page hands in before it travels: one invalid frame would cost the connection, and be resent for ever. */
import { isKind, isRoomName } from '../protocol/limits.ts';
import { RealtimeError } from './errors.ts';

function check(isRight: boolean, rule: string) {
	if (!isRight) throw new RealtimeError('invalid-data', rule);
}

/** @throws RealtimeError `invalid-data`, as all of these do */
export const checkRoom = (room: string): void => check(isRoomName(room), `not a room name: "${room}"`);
export const checkKind = (kind: string): void => check(isKind(kind), `not a kind: "${kind}"`);
export const checkCount = (count: number): void => check(Number.isSafeInteger(count) && count > 0, `not a count: ${count}`);

/** A copy that nobody can change any more, as JSON carries it. */
export function plain(data: unknown): unknown {
	try {
		return JSON.parse(JSON.stringify(data) ?? 'null');
	} catch (error) {
		throw new RealtimeError('invalid-data', 'the data cannot be written as JSON', error);
	}
}
