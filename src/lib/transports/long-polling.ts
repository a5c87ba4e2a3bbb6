/** Strings over requests that the server holds until there is news: passes through every network that lets a page through. */
import { type HttpOptions, type Listen, openHttpLink } from './http-link.ts';
import type { Transport } from './transport.ts';

/** How long the server may hold a request, in milliseconds: below the 30 s after which the strictest balancers cut one. */
const HOLD = 25_000;
/** Beyond that, for the way there and back. */
const GRACE = 10_000;

export function longPollingTransport(options: HttpOptions = {}): Transport {
	return { name: 'long-polling', open: (url, handlers) => openHttpLink('long-polling', options, url, handlers, poll) };
}

const poll: Listen = async ({ hello, fresh, ask, deliver }) => {
	const waitMs = fresh ? 0 : HOLD;
	deliver(await ask('poll', { body: `[${hello({ waitMs })}]`, type: 'application/json', ms: waitMs + GRACE }).text());
};
