/** Every request meets the realtime server and its person here; security headers go out with every answer. */
import type { Handle } from '@sveltejs/kit';
import { useRealtime } from './lib/server/realtime.ts';

export const handle: Handle = async ({ event, resolve }) => {
	const realtime = useRealtime();
	event.locals.realtime = realtime;
	event.locals.user = realtime.identify(event.request);
	let guestCookie: string | undefined;
	if (!event.locals.user && isPageView(event.request.method, event.route.id)) {
		const guest = realtime.welcomeGuest({ request: event.request, address: event.getClientAddress() });
		event.locals.user = guest.user;
		guestCookie = guest.cookie;
	}
	const response = await resolve(event);
	if (guestCookie) response.headers.append('set-cookie', guestCookie);
	response.headers.set('x-content-type-options', 'nosniff');
	response.headers.set('x-frame-options', 'DENY');
	response.headers.set('referrer-policy', 'same-origin');
	return response;
};

/** Who asks for the API is nobody's guest. */
const isPageView = (method: string, route: string | null) => method === 'GET' && route !== null && !route.startsWith('/api');
