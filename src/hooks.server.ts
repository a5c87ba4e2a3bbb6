/** Every request meets the realtime server, its person and its language here. */
import type { Handle, RequestEvent } from '@sveltejs/kit';
import { version } from '$app/environment';
import { COPY_HEADER, writeMark } from './lib/offline/names.ts';
import { languageOf, speaking } from './lib/server/language.ts';
import { useRealtime } from './lib/server/realtime.ts';

export const handle: Handle = async ({ event, resolve }) => {
	const realtime = useRealtime();
	event.locals.realtime = realtime;
	event.locals.user = realtime.identify(event.request);
	let cookie: string | null = null;
	if (isPageView(event.request.method, event.route.id)) {
		const knock = { request: event.request, address: event.getClientAddress() };
		if (event.locals.user) cookie = realtime.renewedCookie(knock);
		else ({ user: event.locals.user, cookie } = realtime.welcomeGuest(knock));
	}
	const response = isPage(event.route.id) ? await inItsLanguage({ event, resolve }) : await resolve(event);
	if (cookie !== null) response.headers.append('set-cookie', cookie);
	if (event.locals.user && mayBeKept(event)) {
		const reader = `${event.locals.user.id} ${response.headers.get('content-language')}`;
		response.headers.set(COPY_HEADER, writeMark({ build: version, reader }));
	}
	if (event.route.id === '/invite/[token]') {
		// The address of an invitation is a secret: it goes nowhere from there, and into no index.
		response.headers.set('referrer-policy', 'no-referrer');
		response.headers.set('x-robots-tag', 'noindex');
	}
	return response;
};

const isPage = (route: string | null) => !route?.startsWith('/api');

/** Who asks for the API is nobody's guest, nor for what is not there. */
const isPageView = (method: string, route: string | null) => method === 'GET' && route !== null && isPage(route);

/** Renders the page in the language that was chosen or is asked for: what another browser gets may be another page. */
async function inItsLanguage({ event, resolve }: Parameters<Handle>[0]): Promise<Response> {
	const language = languageOf(event.request.headers);
	const named = `<html lang="${language}">`;
	const response = await speaking(language, () =>
		resolve(event, { transformPageChunk: ({ html }) => html.replace('<html lang="en">', named) }),
	);
	response.headers.set('content-language', language);
	response.headers.append('vary', 'cookie, accept-language');
	return response;
}

/** Pages of which a browser may keep a copy for offline use: for one reader, and never what an operator or somebody invited sees. */
const mayBeKept = ({ route, isDataRequest }: RequestEvent) =>
	!isDataRequest && (route.id === '/' || route.id === '/rooms/[room]');
