/** The server's side of one client: survives its connections, and waits a while for the next one. */
import type { Ending } from '../protocol/codes.ts';
import type { User } from '../protocol/frames.ts';
import type { Connection } from './connection.ts';
import { type Rate, TokenBucket } from './token-bucket.ts';

export class Session {
	readonly id: string = Bun.randomUUIDv7('base64url');
	readonly client: string;
	readonly userId: string;
	/** The highest that was greeted: fences lower ones. */
	connectionNumber = 0;
	connection: Connection | null = null;
	/** Connections that greeted it and have not closed yet, the one above among them: it does not expire meanwhile. */
	connections = 0;
	/** Publishes taken and not yet answered. */
	inFlight = 0;
	/** When its last connection ended, in the registry's time, and how. */
	endedAt = 0;
	previous: { endedBy: Ending; code: number } | undefined;
	readonly bucket: TokenBucket;

	constructor(client: string, userId: string, rate: Rate, now: number) {
		this.client = client;
		this.userId = userId;
		this.endedAt = now;
		this.bucket = new TokenBucket(rate, now);
	}
}

/** Sessions by person and client: whoever learns a client's id takes nothing over with it. */
export class Sessions {
	readonly #sessions = new Map<string, Session>();
	readonly #rate: Rate;

	constructor(rate: Rate) {
		this.#rate = rate;
	}

	find(user: User, client: string): Session | undefined {
		return this.#sessions.get(`${user.id} ${client}`);
	}

	create(user: User, client: string, now: number): Session {
		const session = new Session(client, user.id, this.#rate, now);
		this.#sessions.set(`${user.id} ${client}`, session);
		return session;
	}

	/** Forgets sessions whose client has been away since before `endedBefore`. */
	sweep(endedBefore: number) {
		for (const [key, session] of this.#sessions)
			if (session.connections === 0 && session.endedAt < endedBefore) this.#sessions.delete(key);
	}
}
