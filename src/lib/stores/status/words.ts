/** Causes, levels, transports and results in words, and what to do about each: operators read sentences, not codes. */
import type { Alert, AlertLevel, ConnectionRow, Health, IncidentReport } from '../../protocol/status.ts';

export interface CauseWords {
	title: string;
	/** What it means, and what to do. */
	advice: string;
	/** The connection broke: nobody meant it to end. */
	broken: boolean;
}

const causes: Record<string, CauseWords> = {
	client: { title: 'Closed by the client', advice: 'Somebody left, or closed the page.', broken: false },
	network: {
		title: 'Broken without a word (1006)',
		advice: 'A network change, a proxy or a crash cut it. Many of one age: a proxy’s timeout.',
		broken: true,
	},
	'heartbeat-timeout': {
		title: 'No answer to pings',
		advice: 'The client fell asleep or its network went silent. It comes back by itself.',
		broken: true,
	},
	'slow-consumer': {
		title: 'Read too slowly',
		advice: 'Its buffer was full. It resumes from where it was; many of them: fewer messages a second, or larger buffers.',
		broken: true,
	},
	drain: { title: 'Moved before a stop', advice: 'The server was stopping and sent its clients ahead.', broken: false },
	restart: { title: 'Server restart', advice: 'Clients come back spread over seconds.', broken: false },
	replaced: {
		title: 'Replaced by a newer one',
		advice: 'The same tab connected again before the old one was gone.',
		broken: false,
	},
	'rate-limit': {
		title: 'Too many requests',
		advice: 'One client sends faster than the limits allow: find it by its address below.',
		broken: true,
	},
	protocol: { title: 'Frames that make no sense', advice: 'No client of ours: somebody’s own, or a scanner.', broken: true },
	'server-error': { title: 'Failure of the server', advice: 'Our own code failed: logs/error.log has the stack.', broken: true },
	overload: {
		title: 'Server full',
		advice: 'The limit of connections or of work in flight is reached: raise it, or add a node.',
		broken: true,
	},
	unauthenticated: {
		title: 'Identity not accepted',
		advice: 'The cookie or token is missing, forged or expired: clients renew it.',
		broken: true,
	},
	forbidden: {
		title: 'Not allowed',
		advice: 'A wrong origin or room: check ALLOWED_ORIGINS when it is your own page.',
		broken: true,
	},
	version: { title: 'Protocol too old', advice: 'Pages from before an update: a reload helps.', broken: true },
	'too-large': {
		title: 'Frame too large',
		advice: 'A message is over the limit of size: split it, or raise the limit.',
		broken: true,
	},
	'invalid-data': {
		title: 'Data the room does not take',
		advice: 'The message was refused; the connection goes on.',
		broken: false,
	},
	'out-of-order': { title: 'Out of order', advice: 'A sequence number was skipped: the client numbers anew.', broken: false },
	storage: {
		title: 'Log takes no writes',
		advice: 'Disk full or read-only: nothing is acknowledged until it is writable.',
		broken: false,
	},
	unknown: { title: 'Ended for no known reason', advice: 'The other side gave a code of its own.', broken: true },
};

/** A cause that is not in the list is shown by its name. */
export const causeWords = (cause: string): CauseWords => causes[cause] ?? { title: cause, advice: '', broken: true };

const classes: Record<string, string> = {
	closed: 'Ended as it should',
	restart: 'Restart',
	protocol: 'Protocol',
	connection: 'Connection',
	auth: 'Identity',
	payload: 'Data',
	server: 'Server',
	overload: 'Overload',
	forbidden: 'Forbidden',
	replaced: 'Replaced',
	version: 'Version',
	'rate-limit': 'Rate limit',
};
export const className = (name: string) => classes[name] ?? name;

export const levelWords: Record<AlertLevel, string> = { info: 'Notice', warn: 'Warning', error: 'Error' };

const transports: Record<string, string> = {
	websocket: 'WebSocket',
	'event-stream': 'Event stream',
	'long-polling': 'Long-polling',
	http: 'HTTP request',
	server: 'Server',
};
export const transportName = (transport: string) => transports[transport] ?? transport;

export const kindWords: Record<IncidentReport['kind'], string> = {
	close: 'Closed',
	refusal: 'Turned away',
	error: 'Refused',
	failure: 'Failed',
};

/** Whether it is one of those that somebody looks for: a connection may also have ended as it should. */
export const wentWrong = ({ kind, cause }: Pick<IncidentReport, 'kind' | 'cause'>) =>
	kind !== 'close' || causeWords(cause).broken;

/** What the client does about it. */
export const reactionWords: Record<IncidentReport['advice'], string> = {
	none: 'nothing to do',
	wait: 'tries again later',
	renew: 'renews its identity',
	stop: 'stays away',
};

export const qualityWords: Record<ConnectionRow['quality'], string> = {
	excellent: 'Excellent',
	good: 'Good',
	fair: 'Fair',
	poor: 'Poor',
	unknown: 'Not known yet',
};

export const plural = (amount: number, one: string, many = `${one}s`) => `${amount} ${amount === 1 ? one : many}`;

/** How it is, as bad as the worst of what is wrong. */
export function verdictLevel({ status }: Health, active: Alert[]): AlertLevel | 'ok' {
	if (status === 'down' || active.some(({ level }) => level === 'error')) return 'error';
	if (status === 'degraded' || active.some(({ level }) => level === 'warn')) return 'warn';
	return active.length > 0 ? 'info' : 'ok';
}

/** The one line above all. */
export function verdict(health: Health, active: Alert[]): string {
	if (health.status === 'down') return `Down: ${health.reasons.join('; ') || 'no reason is known'}`;
	const many = plural(active.length, 'alert');
	const level = verdictLevel(health, active);
	if (level === 'error') return `In trouble: ${many}`;
	if (active.length > 0) return `It works, with ${many}`;
	return level === 'ok' ? 'Everything works' : `It works, but ${health.reasons.join('; ')}`;
}
