/** Why a connection dropped or does not come up: one verdict out of a closed list, from facts alone. */
import { classOfError, type Ending, type ErrorClass } from '../protocol/codes.ts';
import type { ErrorFrame } from '../protocol/frames.ts';
import { HEARTBEAT_TIMEOUT } from './drop.ts';
import type { ConnectionState } from './types.ts';

export const verdicts = [
	'healthy',
	'offline',
	'unreachable',
	'restarted',
	'upgrade-stripped',
	'idle-timeout',
	'half-open',
	'unauthenticated',
	'forbidden',
	'rate-limited',
	'overloaded',
	'replaced',
	'slow-consumer',
	'too-big',
	'version',
	'cut',
	'server-error',
] as const;
export type Verdict = (typeof verdicts)[number];

/** The end of a connection, or of an attempt to get one. */
export interface Close {
	/** Wall time, milliseconds since 1970. */
	at: number;
	code: number;
	class: ErrorClass;
	reason: string;
	transport: string;
	/** How long it had been connected, in milliseconds; null: it never was. */
	ageMs: number | null;
	/** Since the server's last word, in milliseconds. */
	silentMs: number;
}

/** What `GET /api/ticket` answered. `genuine`: it was the server, not something in between. */
export type TicketAnswer =
	| { status: number; ms: number; error: ErrorFrame | null; genuine: boolean }
	| { status: 0; ms: number; failure: string };

/** What became of a WebSocket that was opened to see whether one opens. */
export interface SocketAnswer {
	opened: boolean;
	ms: number;
	/** With which it closed instead of opening, if it did. */
	code: number | null;
}

export interface Facts {
	/** Wall time, milliseconds since 1970. */
	at: number;
	state: ConnectionState['name'];
	/** Over which it is connected, and for how long, in milliseconds. */
	connected: { transport: string; ms: number } | null;
	/** What the browser says of the network; null where nobody knows. */
	online: boolean | null;
	/** Ends of connections that had been up, oldest first. */
	closes: readonly Close[];
	/** The newest end, that of a failed attempt included. */
	last: Close | null;
	/** Attempts that failed since the last connection. */
	failures: number;
	/** What the server says of the last connection's end, once it is asked. */
	previous: { endedBy: Ending; code: number } | null;
	/** Another process answers than before the last drop. */
	rebooted: boolean;
	/** What the checks found; null: not run. `probe.ms`: how long the connection took to answer; null: it did not. */
	probe: { ms: number | null } | null;
	ticket: TicketAnswer | null;
	socket: SocketAnswer | null;
}

const byClass: Readonly<Record<Exclude<ErrorClass, 'connection'>, Verdict>> = {
	closed: 'cut',
	restart: 'restarted',
	protocol: 'version',
	auth: 'unauthenticated',
	payload: 'too-big',
	server: 'server-error',
	overload: 'overloaded',
	forbidden: 'forbidden',
	replaced: 'replaced',
	version: 'version',
	'rate-limit': 'rate-limited',
};

/** What the server saw. Only what says more than that the network ended it. */
const byEnding: Partial<Record<Ending, Verdict>> = {
	'heartbeat-timeout': 'half-open',
	'slow-consumer': 'slow-consumer',
	drain: 'restarted',
	restart: 'restarted',
	'rate-limit': 'rate-limited',
	'server-error': 'server-error',
};

const SLOW_CONSUMER = 4101;
const TOO_BIG = 1009;
/** Once connected again, a drop is what there is to talk about for so long, in milliseconds. */
const RECENT = 300_000;

export function verdictOf(facts: Facts): Verdict {
	return facts.connected ? whileUp(facts, facts.connected.transport) : whileDown(facts);
}

function whileUp(facts: Facts, transport: string): Verdict {
	const subject = subjectOf(facts);
	if (facts.probe?.ms === null) return 'half-open';
	if (transport !== 'websocket' && facts.socket?.opened === false) return 'upgrade-stripped';
	if (!subject || (subject.ageMs === null && subject.class === 'connection')) return 'healthy';
	// What comes back every ten minutes is not over after five.
	return facts.at - subject.at < Math.max(RECENT, 2 * (subject.ageMs ?? 0)) ? causeOf(facts, subject) : 'healthy';
}

function whileDown(facts: Facts): Verdict {
	const { state, online, last, failures, ticket, socket } = facts;
	const neverUp = last?.ageMs === null && last.class === 'connection';
	// The server said so: either it is final, or nothing newer is known.
	if (last && last.class !== 'connection' && (state === 'closed' || !ticket)) return causeOf(facts, last);
	if (online === false && !ticket?.status) return 'offline';
	if (ticket) {
		if (!('genuine' in ticket) || !ticket.genuine) return 'unreachable';
		if (ticket.error) return verdictOfError(ticket.error);
		// Once may be a server that has just come up.
		if (socket ? !socket.opened : neverUp && last.transport === 'websocket' && failures > 1) return 'upgrade-stripped';
	} else if (neverUp) return 'unreachable';
	const subject = subjectOf(facts);
	return subject ? causeOf(facts, subject) : 'healthy';
}

function verdictOfError({ code, closeCode }: ErrorFrame): Verdict {
	if (closeCode === 1012) return 'restarted';
	const errorClass = classOfError(code);
	return errorClass === 'connection' ? 'slow-consumer' : byClass[errorClass];
}

/** The end that is to be explained: a refusal, else the last connection's; attempts that failed after it only follow from it. */
const subjectOf = ({ last, closes }: Facts): Close | null =>
	last && last.class !== 'connection' ? last : (closes.at(-1) ?? last);

function causeOf(facts: Facts, { class: errorClass, code }: Close): Verdict {
	const { previous, rebooted } = facts;
	if (errorClass !== 'connection') return byClass[errorClass];
	if (code === SLOW_CONSUMER) return 'slow-consumer';
	if (previous?.code === TOO_BIG) return 'too-big';
	const told = previous && byEnding[previous.endedBy];
	if (told) return told;
	if (code === HEARTBEAT_TIMEOUT) return 'half-open';
	// Where the server still knew the session, it is no new one, only another node.
	if (rebooted && (!previous || previous.endedBy === 'unknown')) return 'restarted';
	return fixedAge(facts.closes)?.silent ? 'idle-timeout' : 'cut';
}

export interface FixedAge {
	/** Least and most, in milliseconds. */
	from: number;
	to: number;
	count: number;
	of: 'age' | 'silence';
	/** Nothing had come for long before: a timer for idle connections, not one for all. */
	silent: boolean;
}

/** So many alike are no chance. */
const ALIKE = 3;
/** Below it everything is alike, in milliseconds. */
const LEAST = 1_000;
const toleranceOf = (ms: number) => Math.max(0.05 * ms, Math.min(2_000, 0.2 * ms));

/** Whether the last cut is one of several at the same age, or after the same silence: a timer in between, such as a proxy's. */
export function fixedAge(closes: readonly Close[]): FixedAge | null {
	const cuts = closes.filter(({ code }) => code === 1006 || code === 1005);
	if (cuts.at(-1) !== closes.at(-1)) return null;
	const ages = alike(cuts, ({ ageMs }) => ageMs ?? 0);
	if (ages) {
		const silent = ages.cuts.every(({ ageMs, silentMs }) => silentMs >= (ageMs ?? 0) / 2);
		return { from: ages.from, to: ages.to, count: ages.cuts.length, of: 'age', silent };
	}
	// A second is the silence between two words of any room.
	const silences = alike(cuts, ({ silentMs }) => silentMs, 5 * LEAST);
	return silences && { from: silences.from, to: silences.to, count: silences.cuts.length, of: 'silence', silent: true };
}

function alike(cuts: readonly Close[], measure: (cut: Close) => number, least = LEAST) {
	const last = cuts.at(-1);
	const middle = last ? measure(last) : 0;
	if (middle < least) return null;
	const near = cuts.filter((cut) => Math.abs(measure(cut) - middle) <= toleranceOf(middle));
	const values = near.map(measure);
	return near.length >= ALIKE ? { cuts: near, from: Math.min(...values), to: Math.max(...values) } : null;
}
