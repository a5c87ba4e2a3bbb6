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

/** Longer timers overflow, and fire at once. In milliseconds. */
export const DAY = 86_400_000;

/** @throws RealtimeError `invalid-option` naming the option, its range, and what was given */
export function checkNumber(name: string, value: unknown, least: number, most: number): void {
	if (typeof value !== 'number' || !(value >= least && value <= most))
		throw new RealtimeError('invalid-option', `${name}: expected a number from ${least} to ${most}, got ${value}`);
}

/** A copy that nobody can change any more, as JSON carries it. */
export function plain(data: unknown): unknown {
	try {
		return JSON.parse(JSON.stringify(data) ?? 'null');
	} catch (error) {
		throw new RealtimeError('invalid-data', 'the data cannot be written as JSON', error);
	}
}
