/** `/api/rooms` and `/api/room`: makes a private room, lists one's own, tells who is in one, and gives it another title. */
import * as v from 'valibot';
import type { User } from '../../../protocol/frames.ts';
import { title } from '../../../protocol/private-rooms.ts';
import { ROOMS_OF_OWNER } from '../../private-rooms/room-store.ts';
import { newRoomName, seenBy } from '../../private-rooms/views.ts';
import { queryOf } from '../query.ts';
import { refusal } from '../refusal.ts';
import type { ApiEndpoint } from '../route.ts';
import { type Answer, bodyOf, notOpen, notOwner, roomOf, text, told } from './caller.ts';

const wanted = v.object({ title: v.optional(title, '') }, 'expected {"title":"…"} as JSON');
const renamed = v.object({ room: text, title: v.optional(title, '') }, 'expected {"room":"…","title":"…"} as JSON');
const asked = v.strictObject({ room: text });

export const answerRooms: Answer = async (to, request, user) => {
	if (request.method === 'GET') return told({ rooms: (await to.rooms.roomsOf(user.id)).map((room) => seenBy(user, room)) });
	const { title } = await bodyOf(wanted, request);
	const room = newRoomName();
	const outcome = await to.rooms.create({ room, title, owner: user, at: to.clock.wall() });
	if (outcome === 'full') return refusal(409, 'forbidden', `you have made ${ROOMS_OF_OWNER} private rooms, which is the most`);
	return told({ room, title, owner: true }, 201);
};

export const answerRoom: Answer = async (to, request, user) => {
	if (request.method === 'GET') return details(to, user, queryOf(asked, request).room);
	const { room: name, title } = await bodyOf(renamed, request);
	const room = roomOf(to, user, name);
	if (!room) return notOpen();
	if (room.owner !== user.id) return notOwner();
	await to.rooms.rename(name, title);
	return told(seenBy(user, { ...room, title }));
};

async function details(to: ApiEndpoint, user: User, name: string) {
	const room = roomOf(to, user, name);
	if (!room) return notOpen();
	const seen = seenBy(user, room);
	// Who is here now may have changed their name since they came.
	const nameOf = (id: string, name: string) => [...to.registry.ofUser(id)].at(-1)?.user?.name ?? name;
	const members = [...room.members].map(([id, name]) => ({ user: { id, name: nameOf(id, name) }, owner: id === room.owner }));
	return told({ ...seen, members, invites: seen.owner ? await to.rooms.invitesOf(name, to.clock.wall()) : [] });
}
