/** `DELETE /api/room/members`: the owner takes somebody out, or somebody leaves. It holds from that moment on, wherever they are. */
import * as v from 'valibot';
import { queryOf } from '../query.ts';
import { refusal } from '../refusal.ts';
import { type Answer, done, notOpen, notOwner, roomOf, text } from './caller.ts';

const asked = v.strictObject({ room: text, user: text });

export const answerMembers: Answer = async (to, request, person) => {
	const { room: name, user } = queryOf(asked, request);
	const room = roomOf(to, person, name);
	if (!room) return notOpen();
	const leaves = user === person.id;
	if (!leaves && room.owner !== person.id) return notOwner();
	if (user === room.owner)
		return refusal(409, 'forbidden', 'who made this room cannot leave it: nobody could invite or take anybody out any more');
	await to.rooms.remove(name, user, !leaves);
	to.hub.expel(name, user);
	return done();
};
