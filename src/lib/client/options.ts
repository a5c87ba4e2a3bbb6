/** Every setting of the client: its default, its unit, its range. Resolved once; a wrong value fails at once. */
import { type Clock, systemClock } from '../clock.ts';
import type { Transport } from '../transports/transport.ts';
import { type OpenWebSocket, webSocketTransport } from '../transports/websocket.ts';
import { type Backoff, exponentialBackoff } from './backoff.ts';
import { RealtimeError } from './errors.ts';
import { createMemoryOutboxStore, type OutboxStore } from './outbox-store.ts';
import type { PageHost } from './page.ts';

export interface Logger {
	debug(message: string, ...details: unknown[]): void;
	error(message: string, ...details: unknown[]): void;
}

export interface ClientOptions extends Partial<Numbers> {
	/**
	 * Where the server is. Relative to the page in a browser; a function is asked before each attempt (for a ticket, say).
	 * @default '/api/websocket'
	 */
	url?: string | (() => string | Promise<string>);
	/** Opens a WebSocket where there is none (Node 20) or with headers. @default (url) => new WebSocket(url) */
	webSocket?: OpenWebSocket;
	/** Carries the frames. @default a WebSocket */
	transport?: Transport;
	/** Renews the identity after the server refused it, before the next attempt. @default nothing */
	renew?: () => Promise<void>;
	/** Where messages of ours wait until they are stored. @default in memory */
	store?: OutboxStore;
	/** The pause before a reconnect attempt; replaces the four settings of the backoff. */
	backoff?: Backoff;
	/** Logs every transition. @default false */
	debug?: boolean;
	/** @default console */
	logger?: Logger;
	/** @default the system's */
	clock?: Clock;
	/** Where `online`, `visibilitychange`, `pageshow` and `resume` come from. @default globalThis */
	page?: PageHost;
}

/** All in milliseconds unless they say otherwise. */
interface Numbers {
	/** Attempts before the client is `suspended`. @default 10 */
	maxReconnectAttempts: number;
	/** Before the first attempt. @default 1000 */
	reconnectInterval: number;
	/** The factor from one pause to the next. @default 1.5 */
	reconnectDecay: number;
	/** The longest pause. @default 30000 */
	maxReconnectInterval: number;
	/** The share by which each pause varies, both ways. @default 0.1 */
	jitter: number;
	/** Between attempts while `suspended`. @default 60000 */
	suspendedInterval: number;
	/** Until a connection counts as stable and the attempts as used up are forgotten. @default 5000 */
	stableAfter: number;
	/** From an attempt's start to `welcome`. @default 10000 */
	connectTimeout: number;
	/** Between two probes. 0: as the server says. @default 0 */
	heartbeatInterval: number;
	/** Silence beyond that interval which ends the connection. 0: as the server says. @default 0 */
	heartbeatTimeout: number;
	/** For the answer to a probe after waking up. @default 5000 */
	probeTimeout: number;
	/** Without any ack while one is due, the connection is given up and the messages go again. @default 30000 */
	ackTimeout: number;
	/** For the answer to `history`. @default 10000 */
	historyTimeout: number;
	/** Messages that may wait to be stored; the next one is refused. @default 1000 */
	maxQueueSize: number;
}

const day = 86_400_000;
/** Default, least, most. */
const numbers: Record<keyof Numbers, [number, number, number]> = {
	maxReconnectAttempts: [10, 0, Number.POSITIVE_INFINITY],
	reconnectInterval: [1_000, 0, day],
	reconnectDecay: [1.5, 1, 100],
	maxReconnectInterval: [30_000, 0, day],
	jitter: [0.1, 0, 1],
	suspendedInterval: [60_000, 1_000, day],
	stableAfter: [5_000, 0, day],
	connectTimeout: [10_000, 1, day],
	heartbeatInterval: [0, 0, day],
	heartbeatTimeout: [0, 0, day],
	probeTimeout: [5_000, 1, day],
	ackTimeout: [30_000, 5_000, day],
	historyTimeout: [10_000, 1, day],
	maxQueueSize: [1_000, 1, 1_000_000],
};

export type Options = ReturnType<typeof resolveOptions>;

/** @throws RealtimeError `invalid-option` naming the option, its range, and what was given */
export function resolveOptions(given: ClientOptions) {
	const number = (name: keyof Numbers) => {
		const [fallback, least, most] = numbers[name];
		const value = given[name] ?? fallback;
		if (typeof value === 'number' && value >= least && value <= most) return value;
		throw new RealtimeError('invalid-option', `${name}: expected a number from ${least} to ${most}, got ${value}`);
	};
	const pauses = {
		reconnectInterval: number('reconnectInterval'),
		reconnectDecay: number('reconnectDecay'),
		maxReconnectInterval: number('maxReconnectInterval'),
		jitter: number('jitter'),
	};
	return {
		url: given.url ?? '/api/websocket',
		transport: given.transport ?? webSocketTransport(given.webSocket),
		renew: given.renew ?? (() => Promise.resolve()),
		store: given.store ?? createMemoryOutboxStore(),
		backoff: given.backoff ?? exponentialBackoff(pauses),
		debug: given.debug ?? false,
		logger: given.logger ?? console,
		clock: given.clock ?? systemClock,
		page: given.page ?? globalThis,
		maxReconnectAttempts: number('maxReconnectAttempts'),
		suspendedInterval: number('suspendedInterval'),
		stableAfter: number('stableAfter'),
		connectTimeout: number('connectTimeout'),
		heartbeatInterval: number('heartbeatInterval'),
		heartbeatTimeout: number('heartbeatTimeout'),
		probeTimeout: number('probeTimeout'),
		ackTimeout: number('ackTimeout'),
		historyTimeout: number('historyTimeout'),
		maxQueueSize: number('maxQueueSize'),
	};
}
