/** Turns the form that names a room into that room's address, so that it works without JavaScript. */
import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => {
	const room = url.searchParams.get('room')?.trim();
	if (room) redirect(303, `/rooms/${encodeURIComponent(room)}`);
};
