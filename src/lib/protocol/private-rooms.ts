/** Rooms that only those may enter who were invited: what they are called, and the bodies of `/api/rooms` and `/api/invites`. */
import * as v from 'valibot';
import { user } from './server-frames.ts';

/** Length of the title that people see instead of the name, in code points. */
export const TITLE_LENGTH = 80;

/** How long an invitation is good for unless the owner says otherwise, and what they may say, in milliseconds. */
export const INVITE_LIFETIME = 7 * 86_400_000;
export const INVITE_LIFETIMES = { least: 60_000, most: 90 * 86_400_000 };

/**
 * A private room has a name that the server makes: 128 bits that nobody guesses. Every name of this form is closed to whoever is
 * not a member, whether there is such a room or not; every other name is open to all.
 */
export const isPrivateRoom = (name: string): boolean => /^private-[\w-]{22}$/.test(name);

export const title = v.pipe(
	v.string('expected a title as text'),
	v.trim(),
	v.nonEmpty('a title has at least one character'),
	v.check((text) => [...text].length <= TITLE_LENGTH, `a title has at most ${TITLE_LENGTH} characters`),
	v.regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b\u202a-\u202e\u2066-\u2069]*$/u, 'a title has no control characters'),
);

/** What a member sees of a private room. Times are milliseconds since 1970. */
export const privateRoom = v.object({
	room: v.string(),
	title: v.string(),
	/** Whether who asks made it: they invite, take invitations back, and remove members. */
	owner: v.boolean(),
});
export type PrivateRoom = v.InferOutput<typeof privateRoom>;
/** `GET /api/rooms`: those of whoever asks. */
export const privateRooms = v.object({ rooms: v.array(privateRoom) });

/** An invitation as its owner sees it. The token itself is told once, when it is made. */
export const invite = v.object({ id: v.string(), createdAt: v.number(), expiresAt: v.number(), uses: v.number() });
export type Invite = v.InferOutput<typeof invite>;
/** `GET /api/room?room=`: who is in it, and for the owner how one gets in. */
export const privateRoomDetails = v.object({
	...privateRoom.entries,
	members: v.array(v.object({ user, owner: v.boolean() })),
	invites: v.array(invite),
});
export type PrivateRoomDetails = v.InferOutput<typeof privateRoomDetails>;
/** `POST /api/room/invites`: `path` is where the link leads to, below the app's own origin. */
export const newInvite = v.object({ ...invite.entries, token: v.string(), path: v.string() });
