/** Every setting of the client: its default, its unit, its range. Resolved once; a wrong value fails at once. */
import { type Clock, systemClock } from '../clock.ts';
import type { Fetch } from '../transports/http-request.ts';
import type { Transport } from '../transports/transport.ts';
import type { OpenWebSocket } from '../transports/websocket.ts';
import { type Backoff, exponentialBackoff } from './backoff.ts';
import { checkNumber, DAY } from './checks.ts';
import { createMemoryOutboxStore, type OutboxStore } from './outbox-store.ts';
import type { PageHost } from './page.ts';
import { type PolicyChanges, resolvePolicies } from './policies.ts';

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
	/**
	 * Asks over HTTP where WebSocket does not get through. Give one that sends the identity along with `webSocket`: with that
	 * alone, WebSocket is the only transport. It also asks `/api/ticket` why a connection does not open; the default does so in
	 * browsers only, whose cookies go along, and not where `url` is a function. @default the global one
	 */
	fetch?: Fetch;
	/** Carries the frames. @default WebSocket, and over HTTP what the network lets through */
	transport?: Transport;
	/** Renews the identity after the server refused it, before the next attempt. @default nothing */
	renew?: () => Promise<void>;
	/**
	 * Called with each welcome: may send tokens that renew the identity in place. Returns what stops it, when the connection ends.
	 * `withToken` brings one. @default nothing
	 */
	authenticate?: (send: (token: string) => void) => () => void;
	/** Where messages of ours wait until they are stored. @default in memory */
	store?: OutboxStore;
	/** The pause before a reconnect attempt; replaces the four settings of the backoff. A policy with a `base` keeps its own pauses. */
	backoff?: Backoff;
	/** Changes of the table that says how a drop of each error class is answered, such as `{ auth: { tries: 5 } }`. */
	policies?: PolicyChanges;
	/**
	 * Whom the page takes itself for: what waits in the store is theirs, and is sent in nobody else's name; a `welcome` to somebody else
	 * goes into the error history. A hint that is never sent: who this is says the server, by what it is brought. @default whoever it is
	 */
	userId?: string | undefined;
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

const defaults: Numbers = {
	maxReconnectAttempts: 10,
	reconnectInterval: 1_000,
	reconnectDecay: 1.5,
	maxReconnectInterval: 30_000,
	jitter: 0.1,
	suspendedInterval: 60_000,
	stableAfter: 5_000,
	connectTimeout: 10_000,
	heartbeatInterval: 0,
	heartbeatTimeout: 0,
	probeTimeout: 5_000,
	ackTimeout: 30_000,
	historyTimeout: 10_000,
	maxQueueSize: 1_000,
};
/** Least and most of those that may not be anything from 0 to a day. */
const ranges: Partial<Record<keyof Numbers, [number, number]>> = {
	maxReconnectAttempts: [0, Number.POSITIVE_INFINITY],
	reconnectDecay: [1, 100],
	jitter: [0, 1],
};

const isNumber = (name: string): name is keyof Numbers => name in defaults;

export type Options = ReturnType<typeof resolveOptions>;

const browserFetch: Fetch = (url, init) => fetch(url, init);

/** Options of which none stands for a default transport: a client that takes its own carries no other. */
export type GivenTransport = ClientOptions & { transport: Transport };

/** @throws RealtimeError `invalid-option` naming the option, its range, and what was given */
export function resolveOptions(given: GivenTransport) {
	const numbers = { ...defaults };
	const clock = given.clock ?? systemClock;
	for (const name of Object.keys(defaults).filter(isNumber)) {
		const value = given[name] ?? defaults[name];
		const [least, most] = ranges[name] ?? [0, DAY];
		checkNumber(name, value, least, most);
		numbers[name] = value;
	}
	return {
		...numbers,
		url: given.url ?? '/api/websocket',
		transport: given.transport,
		/** Null where it would be asked as somebody else than who connects: without cookies, or without the ticket in the address. */
		ticketFetch: given.fetch ?? (globalThis.location && typeof given.url !== 'function' ? browserFetch : null),
		/** Null where frames go another way. */
		openSocket: given.webSocket ?? null,
		renew: given.renew ?? (() => Promise.resolve()),
		authenticate: given.authenticate ?? (() => () => {}),
		store: given.store ?? createMemoryOutboxStore(),
		backoff: given.backoff ?? exponentialBackoff(numbers),
		policies: resolvePolicies(given.policies ?? {}, { ...numbers, strategy: given.backoff }),
		userId: given.userId,
		debug: given.debug ?? false,
		logger: given.logger ?? console,
		clock,
		page: given.page ?? globalThis,
	};
}
