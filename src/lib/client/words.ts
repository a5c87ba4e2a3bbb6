/** Puts findings into English: what is wrong, the facts with their numbers, and what to do, for the person and for the operator. */
import type { Case, Finding, Findings } from './findings.ts';

export interface Words {
	/** What is wrong, in one sentence. */
	summary: string;
	/** Facts, a sentence each. */
	evidence: string[];
	/** What to do. The first line is for the person in front of the page; what the operator can do follows on a line of its own. */
	advice: string;
}

type Text = [summary: string, person: string, operator?: string];

const waits = 'Nothing to do: it tries again by itself, and what you write is kept.';
const fine = 'Nothing to do: it has connected again by itself.';
const nginxUpgrade =
	'in nginx set, in the location of /api/: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';

const texts: Readonly<Record<Case, Text | ((seconds: number) => Text)>> = {
	healthy: ['All is well.', 'Nothing to do.'],
	offline: [
		'This device has no network.',
		'Check Wi-Fi, cable or flight mode. What you write is kept and sent when the network is back.',
	],
	unreachable: [
		'The server cannot be reached.',
		waits,
		'see whether the server runs and answers GET /readyz, then the proxy, name and certificate in front of it.',
	],
	restarted: [
		'The server was restarted.',
		fine,
		'expected during a deploy. If there was none, look into the log of the server for a crash, and at its memory.',
	],
	'upgrade-stripped': [
		'WebSockets do not get through, although the server can be reached.',
		'Nothing to do: messages go over plain HTTP where that is possible. Another network or no VPN may be faster.',
		`a proxy in between does not pass the Upgrade header on: ${nginxUpgrade} HAProxy passes it by itself, unless a "del-header Upgrade" takes it out.`,
	],
	'idle-timeout': ['Something in between cuts connections at a fixed age.', fine],
	'half-open': [
		'The connection had died without a word: nothing came through any more.',
		`${fine} It happens after sleep, in lifts and trains, and when the network changes.`,
		'where it happens to many at once, look for a firewall or NAT that forgets connections, and for a server that stood still.',
	],
	unauthenticated: [
		'The server does not know who you are.',
		'Reload the page to sign in again.',
		'identities end when IDENTITY_SECRET changes or the data folder is lost; cookies must be allowed, and sent by the page’s origin.',
	],
	forbidden: [
		'The server refuses this page.',
		'Ask whoever runs this server for access.',
		'if the page is yours, its origin must be ORIGIN or among ALLOWED_ORIGINS.',
	],
	'rate-limited': [
		'Too many requests: the server asks to slow down.',
		'Wait a little, and close tabs that you do not need. It tries again by itself.',
		'see RATE_LIMIT_…, MAX_CONNECTIONS_PER_USER and MAX_CONNECTIONS_PER_ADDRESS; behind a proxy, TRUSTED_PROXIES, or all people share its address.',
	],
	overloaded: ['The server is full.', waits, 'raise MAX_CONNECTIONS if memory and CPU allow it, or run another node.'],
	replaced: ['A newer copy of this tab took the connection over.', 'Use the other tab, or reload this one to use it here.'],
	'slow-consumer': [
		'This device or its network could not keep up with the room.',
		`${fine} Close heavy tabs or downloads if it happens again.`,
		'the reader had more than 1 MiB waiting for it: look for a slow network, or for a room that says more than people can read.',
	],
	'too-big': [
		'A message was too big.',
		'Shorten the message that shows as failed; it is not sent again.',
		'a frame may have 64 KiB, a request 1 MiB; nginx needs client_max_body_size 1m.',
	],
	version: [
		'This page and the server speak different versions.',
		'Reload the page.',
		'after an update, pages that were open before have to be reloaded; a proxy must not keep old scripts.',
	],
	cut: [
		'The connection was cut on its way, and nobody said why.',
		fine,
		'if it happens to many at once: a proxy that was reloaded, or a network that was switched.',
	],
	'server-error': ['The server failed.', waits, 'its log has the error, at the time given here.'],
	'no-trouble': ['Nothing is wrong with the way to the server.', 'Connect, or reload the page.'],
	misunderstood: [
		'This page and the server did not understand each other.',
		'Reload the page.',
		'report it with the log of both sides.',
	],
	'ended-for-good': ['The server ended the connection for good.', 'Reload the page to connect again.'],
	'limited-age': (seconds) => [
		`Something in between ends every connection after ${seconds} s.`,
		fine,
		`look for a limit of ${seconds} s on the life of a connection, such as a load balancer’s backend timeout (timeoutSec at Google).`,
	],
	'limited-silence': (seconds) => [
		`Something in between cuts connections that are idle for ${seconds} s.`,
		fine,
		`set its idle timeout above the heartbeat: nginx proxy_read_timeout 120s; HAProxy timeout tunnel 1h; or beat faster: HEARTBEAT_INTERVAL_MS=${beatBelow(seconds)}.`,
	],
};

/** A heartbeat that such a timeout never sees idle, in milliseconds. */
export const beatBelow = (seconds: number) => Math.max(1, Math.floor(seconds / 3)) * 1_000;

export function wordsOf(findings: Findings): Words {
	const text = texts[findings.case];
	const [summary, person, operator] = typeof text === 'function' ? text(findings.seconds ?? 0) : text;
	// It is promised only where it is so.
	const isLate = person.startsWith(fine) && !findings.back;
	const first = isLate ? person.replace(fine, waits) : person;
	return { summary, evidence: findings.found.map(factOf), advice: operator ? `${first}\nOperator: ${operator}` : first };
}

const names: Record<string, string> = {
	websocket: 'WebSocket',
	'event-stream': 'an event stream',
	'long-polling': 'long-polling',
};
/** A transport as people call it. */
export const nameOf = (transport: string): string => names[transport] ?? transport;
/** A time in milliseconds as people say it. */
export const span = (ms: number) => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`);
const times = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

function factOf(fact: Finding): string {
	switch (fact.what) {
		case 'connected':
			return `Connected over ${nameOf(fact.transport)} for ${span(fact.ms)}.`;
		case 'no-network':
			return 'The browser says that there is no network.';
		case 'ended':
			return `The last connection ended ${span(fact.agoMs)} ago after ${span(fact.ageMs)} over ${nameOf(fact.transport)}, ${span(fact.silentMs)} after the server’s last word: code ${fact.code}, “${fact.reason}”`;
		case 'failed':
			return `${times(fact.attempts, 'attempt')} failed since; the last with code ${fact.code}: “${fact.reason}”`;
		case 'seen':
			return `The server saw the connection before this one end by: ${fact.endedBy}, code ${fact.code}.`;
		case 'other-process':
			return 'Another server process answers than before.';
		case 'alike':
			return `${times(fact.cuts, 'connection')} ${fact.cuts === 1 ? 'was' : 'were'} cut ${fact.of === 'age' ? 'at an age' : 'after a silence'} of ${span(fact.fromMs)} to ${span(fact.toMs)}.`;
		case 'ping':
			return fact.ms === null ? 'The server did not answer a ping.' : `The server answered a ping in ${span(fact.ms)}.`;
		case 'no-ticket':
			return `GET /api/ticket failed after ${span(fact.ms)}: ${fact.failure}.`;
		case 'ticket':
			return ticketWords(fact);
		case 'socket':
			if (fact.opened) return `A WebSocket opened in ${span(fact.ms)}.`;
			return `No WebSocket opened${fact.code === null ? ` within ${span(fact.ms)}` : `: code ${fact.code} after ${span(fact.ms)}`}.`;
	}
}

function ticketWords({ status, ms, code, message, pauseMs, genuine }: Extract<Finding, { what: 'ticket' }>): string {
	const what = code ? ` (${code}: ${message})` : '';
	const pause = pauseMs ? `, and asks for ${span(pauseMs)} of patience` : '';
	return `GET /api/ticket answered ${status}${what} in ${span(ms)}${pause}${genuine ? '.' : ': not the server, but something in between.'}`;
}
