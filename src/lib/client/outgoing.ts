/** Checks what the page hands in before it travels: one invalid frame would cost the connection, and be resent for ever. */
import * as v from 'valibot';
import { encode } from '../protocol/codec.ts';
import { type ClientFrame, clientFrame, roomName } from '../protocol/frames.ts';
import { bytesOf } from './batch.ts';
import { RealtimeError } from './errors.ts';

/** @throws RealtimeError `invalid-data` saying what is wrong with it */
export function checkedRoom(room: string): string {
	const result = v.safeParse(roomName, room);
	if (result.success) return room;
	throw new RealtimeError('invalid-data', result.issues[0].message);
}

/** The frame as the server will read it. @throws RealtimeError `invalid-data` */
export function checked(frame: ClientFrame): ClientFrame {
	const result = v.safeParse(clientFrame, frame);
	if (result.success) return result.output;
	const [issue] = result.issues;
	throw new RealtimeError('invalid-data', `${v.getDotPath(issue) ?? 'frame'}: ${issue.message}`);
}

/** A copy that nobody can change any more, as JSON carries it. @throws RealtimeError `invalid-data` when it cannot */
export function plain(data: unknown): unknown {
	try {
		return JSON.parse(JSON.stringify(data) ?? 'null');
	} catch (error) {
		throw new RealtimeError('invalid-data', 'the data cannot be written as JSON', error);
	}
}

export const fits = (frame: ClientFrame, limit: number): boolean => bytesOf(encode(frame)) <= limit;
