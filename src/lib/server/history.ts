/** Older messages of a room, a page at a time: for a reader who scrolls up, and for a page rendered here. */
import * as v from 'valibot';
import { type History, message } from '../protocol/frames.ts';
import type { Connection } from './connection.ts';
import type { Head, MessageLog } from './log/message-log.ts';
import { NOT_OPEN } from './rights.ts';

/** Characters that one answer carries at most; what does not fit is there for the next page. */
const PAGE_LENGTH = 262_144;

async function page(
	log: MessageLog,
	room: string,
	head: Head,
	before: number,
	limit: number,
): Promise<{ frames: string[]; more: boolean }> {
	const to = Math.min(before - 1, head.head);
	const stored = await log.read(room, Math.max(head.floor + 1, to - limit + 1), to);
	let length = 0;
	const cut = stored.findLastIndex(({ frame }) => {
		length += frame.length;
		return length > PAGE_LENGTH;
	});
	const kept = stored.slice(Math.min(cut + 1, stored.length - 1));
	return { frames: kept.map(({ frame }) => frame), more: (kept[0]?.offset ?? 0) > head.floor + 1 };
}

export async function answerHistory(
	log: MessageLog,
	connection: Connection,
	{ room, before, limit }: { room: string; before: number; limit: number },
	/** Whether the room is open to them: it may be closed to them while it is read. */
	open: () => boolean,
) {
	const { frames, more } = await page(log, room, await log.head(room), before, limit);
	if (!open()) return connection.error('forbidden', NOT_OPEN, { room });
	// The frames are encoded already: parsing them to encode them again would be all the work of this answer.
	connection.send(`{"type":"history","room":${JSON.stringify(room)},"messages":[${frames.join(',')}],"more":${more}}`);
}

/** The newest messages of a room with the position after them: a client that subscribes from there misses nothing. */
export interface Recent extends Pick<History, 'messages' | 'more'> {
	epoch: string;
	offset: number;
}

export async function readRecent(log: MessageLog, room: string, limit: number): Promise<Recent> {
	const head = await log.head(room);
	const { frames, more } = await page(log, room, head, head.head + 1, limit);
	return { epoch: head.epoch, offset: head.head, messages: frames.map((frame) => v.parse(message, JSON.parse(frame))), more };
}
