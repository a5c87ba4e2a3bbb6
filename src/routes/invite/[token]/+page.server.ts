/** What an invitation opens. Looking at it changes nothing, so that those who preview links join no rooms. */
import { error } from '@sveltejs/kit';
import { m } from '$lib/paraglide/messages.js';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, locals: { realtime, user } }) => {
	const title = await realtime.invitation(params.token);
	if (title === null) error(404, m.rooms_invite_dead());
	return { token: params.token, title, user };
};
