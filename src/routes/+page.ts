/** Turns the form that names a room into that room's address, so that it works without JavaScript. Not a server's load: the way home needs no server. */
import { redirect } from '@sveltejs/kit';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ url }) => {
	const room = url.searchParams.get('room')?.trim();
	if (room) redirect(303, `/rooms/${encodeURIComponent(room)}`);
};
