/** The server's side of one client: survives its connections, and waits a while for the next one. */
import type { Ending } from '../protocol/codes.ts';
import type { OutboxReport, User } from '../protocol/frames.ts';
import type { Connection, TransportName } from './connection.ts';
import { type Rate, TokenBucket } from './token-bucket.ts';

/** What one client may do: messages it sends, those that its person sends over all their clients, requests it makes. */
export interface Rates {
	messages: Rate;
	userMessages: Rate;
	requests: Rate;
}

export class Session {
	readonly id: string = Bun.randomUUIDv7('base64url');
	readonly client: string;
	readonly userId: string;
	/** The highest that was greeted: a WebSocket must come with a higher one. */
	connectionNumber = 0;
	/** That of the connection, or the stay on HTTP, which has the session: fences lower ones. */
	liveNumber = 0;
	/** What carries it, and since when in the registry's time: a stay on HTTP has the session also between two polls. */
	transport: TransportName = 'websocket';
	since = 0;
	/** The last connection that had it: between two polls it says where the client is. */
	latest: Connection | null = null;
	/** The rooms of the last request over HTTP that asked for any. */
	rooms: readonly string[] = [];
	/** What hears for the client now: a WebSocket, an event stream, or the poll that is held. */
	connection: Connection | null = null;
	/** Connections that greeted it and have not closed yet, the one above among them: it does not expire meanwhile. */
	connections = 0;
	/** Publishes taken and not yet answered. */
	inFlight = 0;
	/** When its client last asked for something, in the registry's time: heartbeats do not count. */
	activeAt: number;
	/** Whether its last poll was answered before all its rooms were live: the next one is not held. */
	cut = false;
	/** When its last connection ended, in the registry's time, and how. */
	endedAt = 0;
	previous: { endedBy: Ending; code: number } | undefined;
	/**
	 * What its client last said of messages that wait for their ack, with each hello and pong. Null: none waits for longer than a
	 * moment, or it has not said. One over HTTP may be silent for as long as a stream lasts.
	 */
	outbox: OutboxReport | null = null;
	/** Its messages, and its requests over HTTP. */
	readonly bucket: TokenBucket;
	readonly requests: TokenBucket;
	/** The messages of its person: one for all sessions of theirs. */
	readonly userBucket: TokenBucket;

	get onHttp(): boolean {
		return this.transport !== 'websocket';
	}

	constructor(client: string, userId: string, userBucket: TokenBucket, { messages, requests }: Rates, now: number) {
		this.client = client;
		this.userId = userId;
		this.userBucket = userBucket;
		this.endedAt = now;
		this.activeAt = now;
		this.bucket = new TokenBucket(messages, now);
		this.requests = new TokenBucket(requests, now);
	}

	/** Its client says what waits. */
	reports(outbox: OutboxReport | undefined) {
		this.outbox = outbox?.messages ? outbox : null;
	}
}

/** Sessions by person and client: whoever learns a client's id takes nothing over with it. */
export class Sessions {
	/** By client: each has an id of its own, which no request should have to put together with the person's. */
	readonly #sessions = new Map<string, Session>();
	/** By person and client, where somebody else came first with this id. */
	readonly #namesakes = new Map<string, Session>();
	/** By person, as long as they have a session. */
	readonly #people = new Map<string, { bucket: TokenBucket; sessions: number }>();
	readonly #rates: Rates;

	constructor(rates: Rates) {
		this.#rates = rates;
	}

	get count(): number {
		return this.#sessions.size + this.#namesakes.size;
	}

	find(user: User, client: string): Session | undefined {
		const session = this.#sessions.get(client);
		if (session?.userId === user.id) return session;
		return this.#namesakes.size > 0 ? this.#namesakes.get(`${user.id} ${client}`) : undefined;
	}

	create(user: User, client: string, now: number): Session {
		const person = this.#people.get(user.id) ?? { bucket: new TokenBucket(this.#rates.userMessages, now), sessions: 0 };
		person.sessions += 1;
		this.#people.set(user.id, person);
		const session = new Session(client, user.id, person.bucket, this.#rates, now);
		if (this.#sessions.has(client)) this.#namesakes.set(`${user.id} ${client}`, session);
		else this.#sessions.set(client, session);
		return session;
	}

	*[Symbol.iterator](): Generator<Session> {
		yield* this.#sessions.values();
		yield* this.#namesakes.values();
	}

	/** Forgets sessions whose client has been away since before `endedBefore`. */
	sweep(endedBefore: number) {
		for (const sessions of [this.#sessions, this.#namesakes])
			for (const [key, session] of sessions) {
				if (session.connections > 0 || session.endedAt >= endedBefore) continue;
				sessions.delete(key);
				this.#forget(session.userId);
			}
	}

	#forget(user: string) {
		const person = this.#people.get(user);
		if (!person) return;
		person.sessions -= 1;
		if (person.sessions === 0) this.#people.delete(user);
	}
}
