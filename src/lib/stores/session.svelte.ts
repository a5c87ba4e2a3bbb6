/** One session in a few lines of a component: connects with the first that reads it, and closes when the last one is gone. */
import { createSubscriber } from 'svelte/reactivity';
import { createClient } from '../client/create.ts';
import { RealtimeError } from '../client/errors.ts';
import { Estimation } from '../client/estimation.ts';
import type { ClientOptions } from '../client/options.ts';
import { createMemoryOutboxStore } from '../client/outbox-store.ts';
import { clientOptionsOf, type SessionOptions } from '../client/session-options.ts';
import type { Client, ConnectionSnapshot, Receipt } from '../client/types.ts';
import { Connection } from './connection.svelte.ts';
import { Room } from './room.svelte.ts';
import type { Recent } from './transcript.ts';

const unmounted: ConnectionSnapshot = {
	state: 'idle',
	isConnected: false,
	connectionType: null,
	lastHeartbeat: null,
	reconnectAttempts: 0,
	quality: 'unknown',
	storage: 'memory',
};

/** The page's connection and one room, joined. Every getter is reactive; on the server nothing connects. */
export class Session {
	readonly #connection: Connection;
	readonly #room: Room;
	readonly #estimation = new Estimation(
		(kind, data) => this.send(kind, data),
		() => this.#room.state,
	);
	#leave = () => {};
	readonly #mounted = createSubscriber(() => {
		const close = this.#connection.open();
		return () => {
			this.#leave();
			close();
		};
	});

	/**
	 * @param recent what the server has rendered already
	 * @throws RealtimeError `invalid-option` naming the option, what was expected, and what was given
	 */
	constructor(options: SessionOptions, recent?: Recent) {
		// One store for every client that this session has in its life: what waits outlives being unmounted for a while.
		const { store = createMemoryOutboxStore(), ...rest } = options;
		const clientOptions = { ...clientOptionsOf(rest), store };
		this.#connection = new Connection(() => this.#begin(clientOptions));
		this.#room = new Room(options.sessionId, recent);
	}

	/** The client's states, banner and badge, and the client itself while mounted. */
	get connection(): Connection {
		this.#mounted();
		return this.#connection;
	}

	/** The chat of the session: entries with their ticks, earlier messages, gaps. */
	get room(): Room {
		this.#mounted();
		return this.#room;
	}

	/** The connection in one flat record, as of its last change of state. */
	get snapshot(): ConnectionSnapshot {
		const { client, state } = this.connection;
		// Read for its own sake: whoever shows the record is drawn again with each change.
		return client && state ? client.getConnectionState() : unmounted;
	}

	/** The session's state as it was last told, or null before. */
	get state() {
		return this.room.state;
	}

	/** Chat messages in the order they are shown: ours from the moment they are sent, each with its `status`. */
	get messages() {
		return this.room.entries;
	}

	/** Sends a message of any kind that the room takes; resolves once it is durable, rejects with a `RealtimeError`. */
	send(kind: string, data: unknown): Promise<Receipt> {
		const { client } = this.#connection;
		if (!client) return Promise.reject(new RealtimeError('closed', 'not sent: nothing on the page shows this session'));
		try {
			return client.send(this.#room.name, kind, data).stored;
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

	/** Called for each client that the connection makes: a change of identity gives it another one. */
	#begin(options: ClientOptions): Client {
		this.#leave();
		const client = createClient(options);
		this.#leave = this.#room.open(client);
		return client;
	}
}
