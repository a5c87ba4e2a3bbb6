/** Tickets: whoever has one may open one WebSocket as the person it was issued to, once and soon. */
import type { Clock } from '../clock.ts';
import type { Identity } from './identity.ts';

/** How long a ticket is good for, in milliseconds. */
export const TICKET_LIFETIME = 30_000;
/** Tickets at once. Past it the oldest is void: its owner asks for another. */
const TICKETS = 100_000;

export class Tickets {
	readonly #clock: Clock;
	/** In the order they expire. */
	readonly #issued = new Map<string, { identity: Identity; expiresAt: number }>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** A new one: 128 bits that nobody guesses. */
	issue(identity: Identity): string {
		const now = this.#clock.now();
		for (const [ticket, { expiresAt }] of this.#issued) {
			if (expiresAt > now && this.#issued.size < TICKETS) break;
			this.#issued.delete(ticket);
		}
		const ticket = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
		this.#issued.set(ticket, { identity, expiresAt: now + TICKET_LIFETIME });
		return ticket;
	}

	/** Whom it was issued to, or null: it is used up, expired, none of ours, or the identity behind it has expired. */
	redeem(ticket: string): Identity | null {
		const issued = this.#issued.get(ticket);
		this.#issued.delete(ticket);
		if (!issued || issued.expiresAt <= this.#clock.now()) return null;
		return issued.identity.expiresAt > this.#clock.wall() ? issued.identity : null;
	}
}
