/** The little that a transport must know of what it carries: which rooms a hello asks for, and which frames are about which room. */
import * as v from 'valibot';

export const roomPosition = v.object({
	room: v.string(),
	epoch: v.optional(v.string()),
	offset: v.optional(v.number()),
});
export type RoomPosition = v.InferOutput<typeof roomPosition>;

const frame = v.looseObject({
	type: v.string(),
	room: v.optional(v.string()),
	epoch: v.optional(v.string()),
	offset: v.optional(v.number()),
	fatal: v.optional(v.boolean()),
	retryAfterMs: v.optional(v.number()),
});
export type Frame = v.InferOutput<typeof frame>;

/** Rooms that one hello may name. */
const ROOMS = 100;

/** The frames of a text. What is none is left out: the client, which gets the text as well, reports it. */
export function framesIn(text: string): Frame[] {
	const value = parse(text);
	return (Array.isArray(value) ? value : [value]).flatMap((each) => {
		const result = v.safeParse(frame, each);
		return result.success ? [result.output] : [];
	});
}

const hello = v.looseObject({ rooms: v.optional(v.array(roomPosition), []) });

/** The rooms that a hello asks for. */
export const roomsIn = (text: string): RoomPosition[] => v.parse(hello, parse(text)).rooms;

/** The hello with more rooms, as far as there is room for them. */
export function withRooms(text: string, more: RoomPosition[]): string {
	if (more.length === 0) return text;
	const greeting = v.parse(hello, parse(text));
	return JSON.stringify({ ...greeting, rooms: [...greeting.rooms, ...more].slice(0, ROOMS) });
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
