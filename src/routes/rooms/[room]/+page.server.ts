/** A room as it stands: the page is readable before, and without, its connection. */
import { error } from '@sveltejs/kit';
import * as v from 'valibot';
import { roomName } from '$lib/protocol/frames.ts';
import { SYSTEM_PREFIX } from '$lib/protocol/status.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, locals }) => {
	const room = v.safeParse(roomName, params.room);
	if (params.room.startsWith(SYSTEM_PREFIX)) error(404, `Rooms whose names begin with "${SYSTEM_PREFIX}" are the server's own.`);
	if (!room.success) error(400, `This is no name for a room: ${room.issues[0].message}.`);
	return { room: room.output, user: locals.user, recent: await locals.realtime.recent(room.output) };
};
