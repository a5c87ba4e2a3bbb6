/** What happens to a person happens to all their connections: another name, and signing out. */
import { closeCode } from '../../protocol/codes.ts';
import type { User } from '../../protocol/frames.ts';
import type { Connection } from '../connection.ts';
import type { Identity } from '../identity.ts';
import type { Registry } from '../registry.ts';

export interface PeopleParts {
	registry: Registry;
	/** Tells the rooms that a person goes by another name. */
	renamed(user: User): void;
}

export class People {
	readonly #parts: PeopleParts;

	constructor(parts: PeopleParts) {
		this.#parts = parts;
	}

	/** From here on they go by this name: what their connections send carries it, and each is told. They may have none just now. */
	rename(user: User) {
		for (const connection of this.#parts.registry.ofUser(user.id)) rename(connection, user);
		this.#parts.renamed(user);
	}

	/** A connection has shown that it is still who it was, for longer or by another name. */
	prolong(connection: Connection, { user, expiresAt }: Identity) {
		connection.expiresAt = expiresAt;
		if (connection.user?.name !== user.name) this.rename(user);
	}

	/** Ends what speaks for a person; `client`: that one alone. */
	signOut(id: string, client?: string) {
		for (const connection of [...this.#parts.registry.ofUser(id)]) {
			if (client !== undefined && connection.session?.client !== client) continue;
			connection.error('unauthenticated', 'you have signed out', { fatal: true });
			connection.end('client', closeCode.unauthenticated, 'signed out');
		}
	}
}

function rename(connection: Connection, { id, name }: User) {
	if (connection.user?.name === name) return;
	connection.user = { id, name };
	if (connection.session) connection.answer({ type: 'user', user: connection.user });
}
