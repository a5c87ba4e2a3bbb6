/** A room as it stands: the page is readable before, and without, its connection. */
import { error } from '@sveltejs/kit';
import * as v from 'valibot';
import { m } from '$lib/paraglide/messages.js';
import { roomName } from '$lib/protocol/frames.ts';
import { ROOM_NAME_LENGTH } from '$lib/protocol/limits.ts';
import { SYSTEM_PREFIX } from '$lib/protocol/status.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, locals: { realtime, user } }) => {
	const name = v.safeParse(roomName, params.room);
	if (params.room.startsWith(SYSTEM_PREFIX)) error(404, m.rooms_system());
	if (!name.success) error(400, m.rooms_no_name({ most: ROOM_NAME_LENGTH }));
	const room = name.output;
	const recent = await realtime.recent(user, room);
	if (!recent) error(404, m.rooms_not_open_why());
	const own = realtime.privateRoom(user, room);
	return { room, title: own?.title ?? room, privateRoom: own, user, recent };
};
