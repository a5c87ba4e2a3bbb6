/** The options of one session: checked by name, and turned into those of the client. */
import { isRoomName, ROOM_NAME_RULE } from '../protocol/limits.ts';
import { RealtimeError } from './errors.ts';
import type { ClientOptions } from './options.ts';

/** All options of `createClient` besides; its `url` is called `websocketUrl` here. */
export interface SessionOptions extends Omit<ClientOptions, 'url'> {
	/** The room, by its name. */
	sessionId: string;
	/** Where the server is, as `url` of `createClient`. @default '/api/websocket' of the page */
	websocketUrl?: ClientOptions['url'];
}

/** @throws RealtimeError `invalid-option` naming the option, what was expected, and what was given */
export function clientOptionsOf({ sessionId, websocketUrl, ...options }: SessionOptions): ClientOptions {
	check('sessionId', typeof sessionId === 'string' && isRoomName(sessionId), ROOM_NAME_RULE, sessionId);
	checkType('userId', 'string', options.userId);
	checkType('debug', 'boolean', options.debug);
	if (websocketUrl === undefined) return options;
	const isRight = typeof websocketUrl === 'string' ? isAddress(websocketUrl, ANY_PAGE) : typeof websocketUrl === 'function';
	check('websocketUrl', isRight, ADDRESS, websocketUrl);
	return { ...options, url: websocketUrl };
}

/**
 * Only once it is to connect: while a page is rendered on a server there is nothing yet that an address could be relative to.
 * @throws RealtimeError `invalid-option`
 */
export function checkReachable({ websocketUrl = '/api/websocket', transport }: SessionOptions): void {
	if (typeof websocketUrl === 'function' || transport) return;
	check(
		'websocketUrl',
		isAddress(websocketUrl, globalThis.location?.href),
		'an absolute address outside a browser',
		websocketUrl,
	);
}

/** @throws RealtimeError `invalid-option` when it is given and of another type */
export function checkType(name: string, type: 'string' | 'boolean' | 'function', got: unknown): void {
	check(name, got === undefined || typeof got === type, `a ${type}`, got);
}

const ADDRESS = 'a ws, wss, http or https address, or a function that returns one';
const ANY_PAGE = 'https://page.invalid';

function isAddress(url: string, page: string | undefined): boolean {
	try {
		return url !== '' && /^(ws|http)s?:$/.test(new URL(url, page).protocol);
	} catch {
		return false;
	}
}

function check(name: string, isRight: boolean, expected: string, got: unknown) {
	if (isRight) return;
	const given = typeof got === 'string' ? `"${got}"` : String(got);
	throw new RealtimeError('invalid-option', `${name}: expected ${expected}, got ${given}`);
}
