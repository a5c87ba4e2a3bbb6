/** The server's figures as they stand, for whoever may see them: the page is readable before, and without, its connection. */
import * as v from 'valibot';
import { windows } from '$lib/protocol/status.ts';
import type { PageServerLoad } from './$types';

const wanted = v.fallback(v.picklist(windows), '5m');

export const load: PageServerLoad = ({ locals, request, url, setHeaders }) => {
	setHeaders({ 'cache-control': 'no-store' });
	const { acts, configured } = locals.realtime.administration(request);
	const window = v.parse(wanted, url.searchParams.get('window'));
	return { user: locals.user, acts, configured, status: locals.realtime.status(request, window) };
};
