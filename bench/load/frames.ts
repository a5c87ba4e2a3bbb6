/** What the links of Holdfast share: frames written by hand, and frames counted by their marker without parsing them. */
import type { Position } from '../../src/lib/protocol/frames.ts';
import { PROTOCOL_VERSION } from '../../src/lib/protocol/limits.ts';
import { type Member, payload } from './link.ts';

const MESSAGE = '"type":"message"';
const ACK = '"type":"ack"';

/** The member's next `count` messages, each a frame. */
export function publishes(member: Member, count: number): string[] {
	return Array.from({ length: count }, () => publishOf(member, ++member.seq));
}

/** The message with this seq. */
export const publishOf = ({ room }: Member, seq: number) =>
	`{"type":"publish","room":"${room}","seq":${seq},"kind":"chat","data":{"text":"${payload}"}}`;

/** `rooms` as JSON; `waitMs` only over HTTP. */
export const helloOf = ({ id, connectionNumber }: Member, rooms: string, waitMs?: number) =>
	`{"type":"hello","version":${PROTOCOL_VERSION},"client":"${id}","connectionNumber":${connectionNumber},"rooms":${rooms}${
		waitMs === undefined ? '' : `,"waitMs":${waitMs}`
	}}`;

export const roomsOf = ({ room }: Member, position: Position | null) =>
	room === null ? '[]' : JSON.stringify([{ room, ...position }]);

export const messagesIn = (text: string) => occurrences(text, MESSAGE, payload.length);
export const acksIn = (text: string) => occurrences(text, ACK, ACK.length);

/** The offset of the last message in a text; null when there is none. */
export function lastOffsetIn(text: string): number | null {
	const at = text.lastIndexOf(MESSAGE);
	if (at < 0) return null;
	const from = text.indexOf('"offset":', at) + '"offset":'.length;
	return Number.parseInt(text.slice(from, from + 16), 10);
}

/** How often `marker` occurs. After a hit so much is skipped: no marker lies within a payload. */
function occurrences(text: string, marker: string, stride: number): number {
	let count = 0;
	for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + stride)) count += 1;
	return count;
}
