/** What a user of the client sees: its states, events, messages on their way, and figures. */
import type { ErrorClass } from '../protocol/codes.ts';
import type { History, Message, Position, ServerFrame, Subscribed, User, Welcome } from '../protocol/frames.ts';
import type { Notice, TransportName } from '../transports/transport.ts';
import type { RealtimeError, RealtimeErrorClass, RealtimeErrorCode } from './errors.ts';
import type { Findings } from './findings.ts';
import type { TimelineEntry } from './flight-recorder.ts';
import type { Verdict } from './verdicts.ts';

/** Why a connection ended or an attempt failed. `code` is a WebSocket close code, 1006 where none came. */
export interface Drop {
	code: number;
	class: ErrorClass;
	/** What to tell a person, in one sentence. */
	reason: string;
	/** The server asks for at least this pause before the next try, in milliseconds. */
	retryAfterMs: number;
}

/** Times are monotonic milliseconds of the client's clock. */
export type ConnectionState =
	| { name: 'idle' }
	| { name: 'connecting'; since: number; attempt: number; cause: Drop | null }
	| { name: 'connected'; since: number; welcome: Welcome; transport: TransportName; connectionType: 'websocket' | 'http' }
	| { name: 'disconnected'; since: number; attempt: number; retryAt: number; cause: Drop }
	| { name: 'suspended'; since: number; attempt: number; retryAt: number; cause: Drop }
	| { name: 'closed'; since: number; cause: Drop | null };

/** A message of ours on its way: `queued` (not sent on this connection), `sending` (sent, unacknowledged), `stored` (acknowledged), `failed` (refused for good). */
export interface OutboxItem {
	/** Stays the same for the life of the message; `client` and `seq` change when the server has lost count of a sequence. */
	readonly id: string;
	readonly client: string;
	readonly room: string;
	readonly seq: number;
	readonly kind: string;
	readonly data: unknown;
	/** Wall time at which it was handed in, in milliseconds since 1970. */
	readonly at: number;
	readonly status: 'queued' | 'sending' | 'stored' | 'failed';
	/** Its offset in the room, once stored. */
	readonly offset?: number;
	/** Why it was refused, once failed. */
	readonly error?: RealtimeError;
}

/** What `stored` resolves with: the message is durable at this place of the room's log. */
export interface Receipt {
	epoch: string;
	offset: number;
	at: number;
	duplicate: boolean;
}

export interface Sent {
	/** The item as it was accepted; follow it with the `outbox` event. */
	readonly item: OutboxItem;
	/** Resolves once the message is durable; rejects with a `RealtimeError` when it was refused for good. May be ignored. */
	readonly stored: Promise<Receipt>;
}

export type PresenceChange = Pick<Extract<ServerFrame, { type: 'presence' }>, 'version' | 'count' | 'changed' | 'left'>;

/** The answer to a subscribe as the page is told it: with the whole state, and everybody who is there (at most 200). */
export type Joined = Subscribed & { state: Record<string, unknown> };

export interface RoomHandlers {
	/** Each message once, in the room's order, whatever the connection went through. */
	message(message: Message): void;
	/** What the server could recover. After `gap` messages are missing for good; after `reset` what was shown before belongs to another log. */
	subscribed?(subscribed: Joined): void;
	/** Replay is over: the room is at its head. Comes again after each reconnect. */
	live?(offset: number): void;
	/** The room's snapshot changed. Its first one comes with `subscribed`. */
	state?(state: Record<string, unknown>): void;
	/**
	 * Who came, changed or left. Those who were there already come with `subscribed`. Over HTTP it may name people again who are
	 * as they were: what happened between two requests is told as a whole.
	 */
	presence?(change: PresenceChange): void;
	signal?(signal: { user: User; kind: string; data: unknown }): void;
	/** The room was refused. */
	error?(error: RealtimeError): void;
}

export interface Subscription {
	readonly room: string;
	/** The last offset that was delivered, or null before the first answer. */
	readonly position: Position | null;
	/** True between `live` and the next drop. */
	readonly live: boolean;
	/** Leaves the room. Calling it twice does nothing. */
	close(): void;
}

export interface ErrorRecord {
	/** Wall time, milliseconds since 1970. */
	at: number;
	code: number | RealtimeErrorCode;
	class: RealtimeErrorClass;
	message: string;
	/** How long the connection had lived, in milliseconds; 0 for a failed attempt. */
	connectedMs: number;
	/** Why it dropped; absent where it was no drop. Said anew when the next connection tells more. */
	diagnosis?: Diagnosis;
}

/** What is wrong, why we think so, and what to do about it. */
export interface Diagnosis {
	verdict: Verdict;
	/** The verdict in a sentence. */
	summary: string;
	/** Facts, with their numbers. */
	evidence: string[];
	/** The first line is for the person in front of the page; what the operator can do follows on a line of its own. */
	advice: string;
	/** The same as codes and numbers, to be said in other words. */
	findings: Findings;
	/** Wall time, milliseconds since 1970. */
	at: number;
}

export type Quality = 'excellent' | 'good' | 'fair' | 'poor' | 'unknown';

/** The connection in one flat record, for badges and logs. */
export interface ConnectionSnapshot {
	state: ConnectionState['name'];
	isConnected: boolean;
	connectionType: 'websocket' | 'http' | null;
	/** Wall time of the last byte from the server, or null. */
	lastHeartbeat: number | null;
	/** Attempts since the last stable connection. */
	reconnectAttempts: number;
	/** Whether what is unsent outlives the page. `memory`: closing it now would lose that. */
	storage: 'durable' | 'memory';
	quality: Quality;
}

/** Round trips are milliseconds over the last 100 probes; counts are since the client was made. */
export interface ClientStats {
	roundTrip: { p50: number | null; p95: number | null; last: number | null; jitter: number | null };
	connects: number;
	/** Connections regained after a drop. */
	reconnects: number;
	failedAttempts: number;
	messages: { queued: number; sent: number; acked: number; received: number; failed: number; duplicates: number };
	/** From a drop to every room live again, in milliseconds, over the last 100 recoveries. */
	recovery: { p50: number | null; p95: number | null; last: number | null };
	/** 0 to 100, the worst of speed, evenness and steadiness: from 90 `excellent`, from 70 `good`, from 40 `fair`. Null: nothing was measured yet. */
	score: number | null;
	/** By the transport's name: attempts to connect over it, and how many of them came to carry the traffic. */
	transports: Record<string, { attempts: number; successes: number }>;
}

/** What the listeners of each event are called with. */
export interface EventArguments {
	state: [state: ConnectionState, previous: ConnectionState];
	/** Something was refused or went wrong: also kept in `getErrorHistory()`. */
	error: [record: ErrorRecord];
	/** An item of the outbox was added, changed, or left (then `status` is `stored`, or `failed` when discarded). */
	outbox: [item: OutboxItem];
	/** Every subscribed room is live: after connecting and after each recovery. */
	live: [];
	/** A round trip was measured, in milliseconds. */
	roundTrip: [ms: number];
	/** The person goes by another name. */
	user: [user: User];
	/** Which transport is tried, fails, or carries from here on. */
	transport: [notice: Notice];
}
export type ClientEvents = { [Name in keyof EventArguments]: (...args: EventArguments[Name]) => void };

export interface Client {
	/** This client's id: the idempotency key of its messages. Provisional until a store that answers later has loaded. */
	readonly id: string;
	readonly state: ConnectionState;
	/** The person the server takes this client for, once connected. */
	readonly user: User | null;
	connect(): void;
	/** Ends the connection for good. Calling it twice does nothing. */
	close(): void;
	/** Tries at once and forgets the backoff; does nothing while connected or connecting. */
	retryNow(): void;
	/** Follows a room, from `position` (of a server-rendered page, say) or from now with recent history. One subscription a room. */
	subscribe(room: string, handlers: RoomHandlers, position?: Position): Subscription;
	/**
	 * Takes a message for sending, connected or not: it is sent in order and exactly once in effect.
	 * @throws RealtimeError `overloaded` when `maxQueueSize` messages already wait; nothing was taken then.
	 */
	send(room: string, kind: string, data: unknown): Sent;
	/** Messages of ours that are not yet stored, or failed and not yet discarded, in order. */
	outbox(room: string): readonly OutboxItem[];
	/** Whether a message was never sent on any connection: only then can it be edited, or taken back by `discard`. */
	isUnsent(item: OutboxItem): boolean;
	/**
	 * Gives a message that was never sent other `data`; it keeps its place. False when it is too late for that, and nothing has changed.
	 * @throws RealtimeError `too-large`, `invalid-data`: nothing has changed then
	 */
	edit(item: OutboxItem, data: unknown): boolean;
	/** Forgets a failed message, or takes back one that was never sent (its `stored` rejects with `discarded`). False when it is too late for that. */
	discard(item: OutboxItem): boolean;
	/** Messages below the offset `before`, ascending. Rejects with a `RealtimeError` when not connected, refused or cut off. */
	history(room: string, before: number, limit?: number): Promise<Pick<History, 'messages' | 'more'>>;
	/**
	 * At most once, never stored: dropped silently while not connected.
	 * @throws RealtimeError `too-large` beyond 4 096 characters of JSON, `invalid-data`
	 */
	signal(room: string, kind: string, data: unknown): void;
	/** Listens; returns the function that stops it. */
	on<Name extends keyof ClientEvents>(event: Name, listener: ClientEvents[Name]): () => void;
	getConnectionState(): ConnectionSnapshot;
	getStats(): ClientStats;
	/** The last 100 errors, oldest first. */
	getErrorHistory(): readonly ErrorRecord[];
	/** The last 200 things that happened to the connection, oldest first. No messages. */
	getTimeline(): readonly TimelineEntry[];
	/** Runs the checks and says what is wrong. Takes 5 s at most and never rejects; one run at a time. */
	diagnose(): Promise<Diagnosis>;
}
