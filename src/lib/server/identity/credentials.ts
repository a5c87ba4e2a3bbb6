/** Who a request speaks as: whoever its bearer token, its ticket or its cookie names, in this order. */
import { type Admin, bearerOf } from '../admin.ts';
import type { Identities, Identity } from '../identity.ts';
import type { Tickets } from '../tickets.ts';
import type { Tokens } from './tokens.ts';

export interface Claim {
	/** Null: nobody, or what was brought is not good. */
	identity: Identity | null;
	/** Whether it may see what the server tells of itself. */
	isOperator: boolean;
}

interface CredentialsParts {
	admin: Admin;
	identities: Identities;
	tickets: Tickets;
	tokens: Tokens;
	/** Whether whoever it names has signed out everywhere since it was issued. */
	isVoid(identity: Identity): boolean;
}

export class Credentials {
	readonly #parts: CredentialsParts;

	constructor(parts: CredentialsParts) {
		this.#parts = parts;
	}

	/**
	 * Answers at once, unless the request brings a JWT. What is brought must be good: nobody who means to be one person is another one
	 * instead, whatever else came along.
	 * @param address where wrong tokens of the administration are counted
	 */
	of(headers: Headers, address: string, ticket: string | null = null): Claim | Promise<Claim> {
		const { admin, tokens } = this.#parts;
		const bearer = bearerOf(headers);
		if (bearer === null) return { identity: this.#without(headers, ticket), isOperator: admin.reads(headers, address) };
		if (tokens.takes(bearer)) return this.#byToken(bearer, admin.open || admin.isSignedIn(headers));
		// The administration's: that one names nobody, the cookie beside it does.
		const acts = admin.acts(headers, address);
		// Of an address that has guessed too often it was not looked at: it may be the right one.
		const names = acts === 'yes' || acts === 'locked';
		return { identity: names ? this.#without(headers, ticket) : null, isOperator: admin.open || acts === 'yes' };
	}

	/** Whom a token names that came in a frame: the value of a cookie, or a JWT. */
	verify(token: string): Identity | null | Promise<Identity | null> {
		const { tokens, identities } = this.#parts;
		return tokens.takes(token) ? this.#byToken(token, false).then(({ identity }) => identity) : identities.verify(token);
	}

	/** Whether whoever it names has signed out everywhere since it was found to be good. */
	isVoid(identity: Identity): boolean {
		return this.#parts.isVoid(identity);
	}

	#without(headers: Headers, ticket: string | null): Identity | null {
		const { identities, tickets } = this.#parts;
		return ticket === null ? identities.fromCookie(headers.get('cookie')) : this.#good(tickets.redeem(ticket));
	}

	async #byToken(token: string, isOperator: boolean): Promise<Claim> {
		return { identity: this.#good(await this.#parts.tokens.verify(token)), isOperator };
	}

	#good(identity: Identity | null): Identity | null {
		return identity && !this.#parts.isVoid(identity) ? identity : null;
	}
}
