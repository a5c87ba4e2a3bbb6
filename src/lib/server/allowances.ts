/** How fast may be sent: by a client, by its person, into a room. Who does not keep to it is refused; who does not slow down is shown out. */
import type { Clock } from '../clock.ts';
import { closeCode } from '../protocol/codes.ts';
import type { Connection } from './connection.ts';
import type { Session } from './session.ts';
import { Buckets, type Rate, TokenBucket } from './token-bucket.ts';

/**
 * Refused frames of a client that are borne for each that it may send: one of ours that has much to say in many rooms tries each of
 * them anew when its pause is over, which are up to seven. With a rate of next to nothing some are borne all the same.
 */
const REFUSED_EACH = 20;
const LEAST = { perSecond: 10, burst: 50 };
/** Frames that no rate counts, and pings and pongs of WebSocket itself, which Bun answers before we hear of them. */
const UNCOUNTED = { perSecond: 10, burst: 200 };
/** After which somebody who was shown out may come back, in milliseconds. */
const RETRY_AFTER = 5_000;

export interface Refusal {
	message: string;
	retryAfterMs: number;
}

export class Allowances {
	readonly #clock: Clock;
	readonly #rooms: Buckets;
	readonly #refusedRate: Rate;
	/** By session, or by connection before its hello. Few are refused anything: nobody else has a bucket. */
	readonly #refused = new WeakMap<Session | Connection, TokenBucket>();
	readonly #uncounted = new WeakMap<Session | Connection, TokenBucket>();

	constructor({ messages, roomMessages }: { messages: Rate; roomMessages: Rate }, clock: Clock) {
		this.#clock = clock;
		this.#refusedRate = {
			perSecond: REFUSED_EACH * Math.max(LEAST.perSecond, messages.perSecond),
			burst: REFUSED_EACH * Math.max(LEAST.burst, messages.burst),
		};
		this.#rooms = new Buckets(roomMessages);
	}

	/** Takes one message of a client and its person, and of the room where it goes into one: or nothing, and says until when. */
	spend(connection: Connection, { bucket, userBucket }: Session, room: string | null, now: number): Refusal | null {
		const own = Math.max(bucket.wait(now), userBucket.wait(now));
		if (own > 0) {
			this.refused(connection);
			return { message: 'you send faster than this server takes', retryAfterMs: own };
		}
		// Whoever is kept waiting by others has done nothing wrong.
		const busy = room === null ? 0 : this.#rooms.take(room, now);
		if (busy > 0) return { message: 'more is sent to this room than it takes', retryAfterMs: busy };
		bucket.take(now);
		userBucket.take(now);
		return null;
	}

	/** One of its frames was refused for coming too fast. */
	refused(connection: Connection) {
		this.#count(this.#refused, this.#refusedRate, connection, 'it sends on, however often it is told to wait');
	}

	/** It sent something that costs it nothing. */
	uncounted(connection: Connection) {
		this.#count(this.#uncounted, UNCOUNTED, connection, 'too many pings, or other frames that ask for nothing');
	}

	#count(buckets: WeakMap<Session | Connection, TokenBucket>, rate: Rate, connection: Connection, why: string) {
		if (connection.ending) return;
		const whose = connection.session ?? connection;
		const now = this.#clock.now();
		const bucket = buckets.get(whose) ?? new TokenBucket(rate, now);
		buckets.set(whose, bucket);
		if (bucket.take(now) === 0) return;
		connection.error('rate-limited', why, { fatal: true, retryAfterMs: RETRY_AFTER });
		connection.end('rate-limit', closeCode.rateLimited, why);
	}
}
