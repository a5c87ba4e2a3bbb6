/** Who somebody is by tokens of the surrounding app: sent along with everything that is asked, and renewed before they end. */
import * as v from 'valibot';
import { type Cancel, systemClock } from '../clock.ts';
import { TicketSocket } from '../transports/ticket-socket.ts';
import { openWebSocket } from '../transports/websocket.ts';
import { DAY } from './checks.ts';
import type { ClientOptions } from './options.ts';

/** Answers a token that is good now: from a cache of its own as long as that one lasts, or from the app. */
export type TokenSource = () => string | Promise<string>;

type Needed = Pick<ClientOptions, 'fetch' | 'webSocket' | 'clock' | 'renew' | 'authenticate'>;

/** After this share of its life a token is renewed, and no sooner than so many milliseconds after it came. */
const RENEWED_AFTER = 0.8;
const SOONEST = 1_000;

const claims = v.object({ exp: v.number(), iat: v.optional(v.number()) });

/**
 * The options with an identity: requests carry the token as `Authorization: Bearer`, a WebSocket opens with a ticket that was asked for
 * with it. While connected a new one is fetched and sent at 80 % of the life of the old one; after a refusal before the next attempt.
 */
export function withToken<Given extends object>(source: TokenSource, given: Given & Needed): Given & Required<Needed> {
	const {
		fetch: ask = (url: string, init: RequestInit) => fetch(url, init),
		webSocket = openWebSocket,
		clock = systemClock,
	} = given;
	let held: { token: Promise<string>; staleAt: number } | null = null;

	/** The token at hand while it lasts. One that could not be had is asked for again by whoever needs it next. */
	function current(): Promise<string> {
		if (held && clock.wall() < held.staleAt) return held.token;
		const fetched = { token: Promise.resolve().then(source), staleAt: Number.POSITIVE_INFINITY };
		held = fetched;
		fetched.token.then(
			(token) => {
				fetched.staleAt = clock.wall() + lifeOf(token, clock.wall());
			},
			() => {
				if (held === fetched) held = null;
			},
		);
		return fetched.token;
	}

	async function fetchAs(url: string, init: RequestInit): Promise<Response> {
		const headers = new Headers(init.headers);
		headers.set('authorization', `Bearer ${await current()}`);
		return ask(url, { ...init, headers });
	}

	return {
		...given,
		clock,
		fetch: fetchAs,
		webSocket: (url) => new TicketSocket(url, fetchAs, webSocket),
		async renew() {
			held = null;
			await current();
		},
		authenticate(send) {
			let isOver = false;
			let cancel: Cancel = () => {};
			const arm = (ms: number) => {
				if (isOver || ms === Number.POSITIVE_INFINITY) return;
				cancel = clock.setTimeout(() => void renew(), Math.min(DAY, Math.max(SOONEST, ms)));
			};
			const wait = (token: string) => arm(RENEWED_AFTER * lifeOf(token, clock.wall()));
			const renew = async () => {
				held = null;
				try {
					const token = await current();
					if (!isOver) send(token);
					wait(token);
				} catch {
					arm(SOONEST); // the old one may last a while, and whoever connects anew hears why there is none
				}
			};
			current().then(wait, () => arm(SOONEST));
			return () => {
				isOver = true;
				cancel();
			};
		},
	};
}

/** How long a token lasts from now on, in milliseconds. Where this device's clock says that it is over already, as long as it was made for. */
function lifeOf(token: string, wall: number): number {
	const [, payload = ''] = token.split('.');
	const text = v.safeParse(v.pipe(v.string(), v.parseJson(), claims), decoded(payload));
	if (!text.success) return Number.POSITIVE_INFINITY;
	const { exp, iat = wall / 1_000 } = text.output;
	const left = exp * 1_000 - wall;
	return left > 0 ? left : Math.max(0, (exp - iat) * 1_000);
}

function decoded(part: string): string {
	try {
		return atob(part.replaceAll('-', '+').replaceAll('_', '/'));
	} catch {
		return ''; // no JWT: it lasts until it is refused
	}
}
