/** Tickets: whoever has one may open one WebSocket as the person it was issued to, once and soon. */
import type { Clock } from '../clock.ts';
import type { User } from '../protocol/frames.ts';

/** How long a ticket is good for, in milliseconds. */
export const TICKET_LIFETIME = 30_000;
/** Tickets at once. Past it the oldest is void: its owner asks for another. */
const TICKETS = 100_000;

export class Tickets {
	readonly #clock: Clock;
	/** In the order they expire. */
	readonly #issued = new Map<string, { user: User; expiresAt: number }>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** A new one: 128 bits that nobody guesses. */
	issue(user: User): string {
		const now = this.#clock.now();
		for (const [ticket, { expiresAt }] of this.#issued) {
			if (expiresAt > now && this.#issued.size < TICKETS) break;
			this.#issued.delete(ticket);
		}
		const ticket = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
		this.#issued.set(ticket, { user, expiresAt: now + TICKET_LIFETIME });
		return ticket;
	}

	/** The person it was issued to, or null: it is used up, expired, or none of ours. */
	redeem(ticket: string): User | null {
		const issued = this.#issued.get(ticket);
		this.#issued.delete(ticket);
		return issued && issued.expiresAt > this.#clock.now() ? issued.user : null;
	}
}
