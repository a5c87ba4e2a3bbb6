/** One client in one session: the whole API behind one object, for those who want no more than that. */
import * as v from 'valibot';
import { type SessionState, sessionState } from '../protocol/estimation.ts';
import type { Message, Position, Welcome } from '../protocol/frames.ts';
import { createClient } from './create.ts';
import { RealtimeError } from './errors.ts';
import { Estimation } from './estimation.ts';
import { checkReachable, checkType, clientOptionsOf, type SessionOptions } from './session-options.ts';
import type { Client, ClientStats, ConnectionSnapshot, Drop, ErrorRecord, Receipt, RoomHandlers, Subscription } from './types.ts';

export interface ConnectionManagerOptions extends SessionOptions {
	onSessionUpdate?: (state: SessionState) => void;
	onMessage?: (message: Message) => void;
	onConnect?: (welcome: Welcome) => void;
	onDisconnect?: (cause: Drop | null) => void;
	/** What else the room tells: who is there, signals, gaps, that it was refused. */
	handlers?: Omit<RoomHandlers, 'message'>;
	/** Goes on from here, instead of with the recent messages. */
	position?: Position;
}

/** Idle until `connect()`; what is sent before waits. */
export class ConnectionManager {
	/** For everything that is not here. The session's room is subscribed already. */
	readonly client: Client;
	/** Where this client stands in the session's log, and whether it is live. */
	readonly subscription: Subscription;
	readonly #options: SessionOptions;
	#session: SessionState | null = null;
	readonly #updates = new Set<(state: SessionState) => void>();
	readonly #messages = new Set<(message: Message) => void>();
	readonly #estimation = new Estimation(
		(kind, data) => this.send(kind, data),
		() => this.#session,
	);

	/** @throws RealtimeError `invalid-option` naming the option, what was expected, and what was given */
	constructor(options: ConnectionManagerOptions) {
		const { onSessionUpdate, onMessage, onConnect, onDisconnect, handlers = {}, position, ...session } = options;
		for (const [name, callback] of Object.entries({ onSessionUpdate, onMessage, onConnect, onDisconnect }))
			checkType(name, 'function', callback);
		this.#options = session;
		this.client = createClient(clientOptionsOf(session));
		if (onSessionUpdate) this.onSessionUpdate(onSessionUpdate);
		if (onMessage) this.onMessage(onMessage);
		if (onConnect) this.onConnect(onConnect);
		if (onDisconnect) this.onDisconnect(onDisconnect);
		this.subscription = this.client.subscribe(options.sessionId, this.#handlers(handlers), position);
	}

	get sessionId(): string {
		return this.subscription.room;
	}

	/** The session's state as it was last told, or null before. */
	get session(): SessionState | null {
		return this.#session;
	}

	/** @throws RealtimeError `closed` after `close()`, which is final; `invalid-option` for a relative address where there is no page */
	connect(): void {
		if (this.client.state.name === 'closed')
			throw new RealtimeError('closed', 'this session was left for good: make a new ConnectionManager to come back');
		checkReachable(this.#options);
		this.client.connect();
	}

	/** Leaves for good: what waits to be stored is given up, unless a `store` keeps it. Calling it twice does nothing. */
	close(): void {
		this.client.close();
	}

	/** The same as `close()`. */
	disconnect(): void {
		this.close();
	}

	/** Calls with the session's state whenever it is told: on joining, after each recovery, and with each change. Returns what stops it. */
	onSessionUpdate(listener: (state: SessionState) => void): () => void {
		return listen(this.#updates, listener);
	}

	/** Each message of the session once, in order, ours included. Returns what stops it. */
	onMessage(listener: (message: Message) => void): () => void {
		return listen(this.#messages, listener);
	}

	/** After each connecting and reconnecting. Returns what stops it. */
	onConnect(listener: (welcome: Welcome) => void): () => void {
		return this.client.on('state', (state, previous) => {
			if (state.name === 'connected' && previous.name !== 'connected') listener(state.welcome);
		});
	}

	/** Whenever a connection that was up is gone; the cause is null when it was closed from here. Returns what stops it. */
	onDisconnect(listener: (cause: Drop | null) => void): () => void {
		return this.client.on('state', (state, previous) => {
			if (previous.name === 'connected' && state.name !== 'connected') listener('cause' in state ? state.cause : null);
		});
	}

	/** Sends a message of any kind that the room takes; resolves once it is durable, rejects with a `RealtimeError`. */
	send(kind: string, data: unknown): Promise<Receipt> {
		try {
			// The very promise of the client, which may be ignored: a refusal is in the error history as well.
			return this.client.send(this.sessionId, kind, data).stored;
		} catch (error) {
			return Promise.reject(error);
		}
	}

	/** Votes in the present round; null takes the vote back. */
	sendVote(value: string | null): Promise<Receipt> {
		return this.#estimation.vote(value);
	}

	/** Shows everybody's votes of the present round. */
	sendReveal(): Promise<Receipt> {
		return this.#estimation.reveal();
	}

	/** Ends the present round and begins the next, with a topic of its own if one is given. */
	sendReset(topic?: string): Promise<Receipt> {
		return this.#estimation.reset(topic);
	}

	/** Says what the present round is about. */
	sendTopic(text: string): Promise<Receipt> {
		return this.#estimation.topic(text);
	}

	/** The cards to vote with. Hidden votes for a card that is not among them are taken back. */
	sendDeck(cards: readonly string[]): Promise<Receipt> {
		return this.#estimation.deck(cards);
	}

	/** Whether the votes are shown as soon as everybody who is connected has voted. */
	sendAutoReveal(on: boolean): Promise<Receipt> {
		return this.#estimation.autoReveal(on);
	}

	getConnectionState(): ConnectionSnapshot {
		return this.client.getConnectionState();
	}

	getStats(): ClientStats {
		return this.client.getStats();
	}

	/** The last 100 errors, oldest first. */
	getErrorHistory(): readonly ErrorRecord[] {
		return this.client.getErrorHistory();
	}

	#handlers(more: Omit<RoomHandlers, 'message'>): RoomHandlers {
		return {
			...more,
			message: (message) => tell(this.#messages, message),
			subscribed: (subscribed) => {
				this.#update(subscribed.state);
				more.subscribed?.(subscribed);
			},
			state: (state) => {
				this.#update(state);
				more.state?.(state);
			},
		};
	}

	/** A state that does not validate throws, which the client reports, and the last one stays. */
	#update(state: unknown) {
		this.#session = v.parse(sessionState, state);
		tell(this.#updates, this.#session);
	}
}

function listen<Value>(listeners: Set<(value: Value) => void>, listener: (value: Value) => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

/** All of them are called; what some throw is for the client to report, which called us. */
function tell<Value>(listeners: Set<(value: Value) => void>, value: Value) {
	const errors: unknown[] = [];
	for (const listener of [...listeners]) {
		try {
			listener(value);
		} catch (error) {
			errors.push(error);
		}
	}
	if (errors.length > 0) throw new AggregateError(errors, errors.join(', '));
}
