/** `/api/room/invites` and `/api/invites`: makes an invitation, takes it back, and lets in whoever brings one. */
import * as v from 'valibot';
import { integer } from '../../../protocol/integer.ts';
import { INVITE_LIFETIME, INVITE_LIFETIMES } from '../../../protocol/private-rooms.ts';
import { MEMBERS, OPEN_INVITES } from '../../private-rooms/room-store.ts';
import { newToken, seenBy, tokenHash } from '../../private-rooms/views.ts';
import { queryOf } from '../query.ts';
import { refusal } from '../refusal.ts';
import { type Answer, bodyOf, done, notOpen, notOwner, roomOf, text, told } from './caller.ts';

const wanted = v.object(
	{ room: text, expiresInMs: v.optional(integer(INVITE_LIFETIMES.least, INVITE_LIFETIMES.most), INVITE_LIFETIME) },
	'expected {"room":"…"} as JSON',
);
const revoked = v.strictObject({ room: text, id: text });
const brought = v.object({ token: text }, 'expected {"token":"…"} as JSON');

export const answerInvites: Answer = async (to, request, user) => {
	const revokes = request.method === 'DELETE' ? queryOf(revoked, request) : null;
	const { room: name, expiresInMs = 0 } = revokes ? { room: revokes.room } : await bodyOf(wanted, request);
	const room = roomOf(to, user, name);
	if (!room) return notOpen();
	if (room.owner !== user.id) return notOwner();
	if (revokes) {
		await to.rooms.revoke(name, revokes.id);
		return done();
	}
	const token = newToken();
	const createdAt = to.clock.wall();
	const invite = { id: Bun.randomUUIDv7('base64url'), createdAt, expiresAt: createdAt + expiresInMs };
	const outcome = await to.rooms.invite({ ...invite, room: name, hash: tokenHash(token) });
	if (outcome === 'none') return notOpen();
	if (outcome === 'full')
		return refusal(409, 'forbidden', `this room has ${OPEN_INVITES} open invitations, which is the most: take one back first`);
	return told({ ...invite, uses: 0, token, path: `/invite/${token}` }, 201);
};

export const answerJoin: Answer = async (to, request, user) => {
	const { token } = await bodyOf(brought, request);
	const { outcome, room: name } = await to.rooms.join(tokenHash(token), user, to.clock.wall());
	if (outcome === 'full') return refusal(409, 'forbidden', `this room has ${MEMBERS} members, which is the most`);
	const room = roomOf(to, user, name);
	// Whether it is wrong, over, or was taken back: nobody is told which.
	return room ? told(seenBy(user, room)) : refusal(404, 'forbidden', 'this invitation opens no room');
};
