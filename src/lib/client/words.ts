/** Puts a verdict into words: what is wrong, the facts with their numbers, and what to do, for the person and for the operator. */
import { type Facts, fixedAge, type TicketAnswer, type Verdict } from './verdicts.ts';

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

const texts: Readonly<Record<Verdict, Text>> = {
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
};

export function wordsOf(verdict: Verdict, facts: Facts): Words {
	const [summary, person, operator] = special(verdict, facts) ?? texts[verdict];
	// It is promised only where it is so.
	const isLate = person.startsWith(fine) && !facts.connected;
	const first = isLate ? person.replace(fine, waits) : person;
	return { summary, evidence: evidenceOf(facts), advice: operator ? `${first}\nOperator: ${operator}` : first };
}

/** Where the facts say more than the verdict. */
function special(verdict: Verdict, { last, state, closes, connected }: Facts): Text | undefined {
	const age = fixedAge(closes);
	if (verdict === 'healthy' && !connected && state !== 'connecting')
		return ['Nothing is wrong with the way to the server.', 'Connect, or reload the page.'];
	if (verdict === 'version' && last?.class === 'protocol')
		return [
			'This page and the server did not understand each other.',
			'Reload the page.',
			'report it with the log of both sides.',
		];
	if (verdict === 'cut' && last?.class === 'closed')
		return ['The server ended the connection for good.', 'Reload the page to connect again.'];
	if (!age) return undefined;
	const seconds = Math.round(age.to / 1_000);
	if (verdict === 'cut')
		return [
			`Something in between ends every connection after ${seconds} s.`,
			fine,
			`look for a limit of ${seconds} s on the life of a connection, such as a load balancer’s backend timeout (timeoutSec at Google).`,
		];
	const beat = Math.max(1, Math.floor(seconds / 3));
	if (verdict === 'idle-timeout')
		return [
			`Something in between cuts connections that are idle for ${seconds} s.`,
			fine,
			`set its idle timeout above the heartbeat: nginx proxy_read_timeout 120s; HAProxy timeout tunnel 1h; or beat faster: HEARTBEAT_INTERVAL_MS=${beat * 1_000}.`,
		];
	return undefined;
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

function evidenceOf(facts: Facts): string[] {
	const { at, connected, online, closes, last, failures, previous, rebooted, probe, ticket, socket } = facts;
	const ended = closes.at(-1);
	const age = fixedAge(closes);
	const lines: (string | false | null | undefined)[] = [
		connected && `Connected over ${nameOf(connected.transport)} for ${span(connected.ms)}.`,
		online === false && 'The browser says that there is no network.',
		ended &&
			`The last connection ended ${span(at - ended.at)} ago after ${span(ended.ageMs ?? 0)} over ${nameOf(ended.transport)}, ${span(ended.silentMs)} after the server’s last word: code ${ended.code}, “${ended.reason}”`,
		failures > 0 && last && `${times(failures, 'attempt')} failed since; the last with code ${last.code}: “${last.reason}”`,
		previous && `The server saw the connection before this one end by: ${previous.endedBy}, code ${previous.code}.`,
		rebooted && 'Another server process answers than before.',
		age &&
			`${times(age.count, 'connection')} ${age.count === 1 ? 'was' : 'were'} cut ${age.of === 'age' ? 'at an age' : 'after a silence'} of ${span(age.from)} to ${span(age.to)}.`,
		probe && (probe.ms === null ? 'The server did not answer a ping.' : `The server answered a ping in ${span(probe.ms)}.`),
		ticket && ticketWords(ticket),
		socket &&
			(socket.opened
				? `A WebSocket opened in ${span(socket.ms)}.`
				: `No WebSocket opened${socket.code === null ? ` within ${span(socket.ms)}` : `: code ${socket.code} after ${span(socket.ms)}`}.`),
	];
	return lines.filter((line): line is string => typeof line === 'string');
}

function ticketWords(ticket: TicketAnswer): string {
	if ('failure' in ticket) return `GET /api/ticket failed after ${span(ticket.ms)}: ${ticket.failure.replace(/[.?!]+$/, '')}.`;
	const { status, ms, error, genuine } = ticket;
	const what = error ? ` (${error.code}: ${error.message})` : '';
	const pause = error?.retryAfterMs ? `, and asks for ${span(error.retryAfterMs)} of patience` : '';
	return `GET /api/ticket answered ${status}${what} in ${span(ms)}${pause}${genuine ? '.' : ': not the server, but something in between.'}`;
}
