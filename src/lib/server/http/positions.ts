/** Where the rooms of an event stream stand, as a text that a browser hands back when it returns: `Last-Event-ID`. */
import * as v from 'valibot';
import type { Decoded } from '../../protocol/decoder.ts';
import { type ClientFrame, type Hello, type Position, roomName } from '../../protocol/frames.ts';
import { positionOf } from '../greeting.ts';
import type { Subscription } from '../replay.ts';

const positions = v.array(
	v.object({ room: roomName, epoch: v.string(), offset: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
);

/** A room whose replay is under way stands where it was asked for: what came of it is sent again, and the client drops it. */
export function encodePositions(subscriptions: readonly Subscription[], before: ReadonlyMap<string, Position>): string {
	const known = subscriptions.flatMap(({ room, live }) => {
		const position = live ? { epoch: room.epoch, offset: room.head } : before.get(room.name);
		return position ? [{ room: room.name, ...position }] : [];
	});
	return Buffer.from(JSON.stringify(known)).toString('base64url');
}

/** The positions that a body asks for. */
export function askedPositions(frames: readonly Decoded<ClientFrame>[]): Map<string, Position> {
	const asked = frames.flatMap((decoded) => {
		if (!decoded.ok) return [];
		if (decoded.frame.type === 'hello') return decoded.frame.rooms;
		return decoded.frame.type === 'subscribe' ? [decoded.frame] : [];
	});
	return new Map(
		asked.flatMap(({ room, epoch, offset }) => {
			const position = positionOf(epoch, offset);
			return position ? [[room, position]] : [];
		}),
	);
}

/** Gives the rooms of a hello the positions that it lacks or has older. A browser that returns repeats its first hello. */
export function resumeFrom(hello: Hello, lastEventId: string | null) {
	const given = v.safeParse(positions, parse(Buffer.from(lastEventId ?? '', 'base64url').toString()));
	if (!given.success) return;
	const later = new Map(given.output.map(({ room, ...position }) => [room, position]));
	for (const room of hello.rooms) {
		const position = later.get(room.room);
		// Of another epoch it is the later one too: the hello was first.
		if (!position) continue;
		// The versions that the hello names are of its own epoch.
		if (room.epoch !== position.epoch) Object.assign(room, position, { state: undefined, presence: undefined });
		else if ((room.offset ?? -1) < position.offset) Object.assign(room, position);
	}
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined; // nothing of ours
	}
}
