/** What can become of a private room, each as one transaction. Synchronous; a worker owns it. */
import type { Database } from 'bun:sqlite';
import type { User } from '../../protocol/frames.ts';
import { MEMBERS, type NewInvite, OPEN_INVITES, type Outcome, ROOMS_OF_OWNER } from './room-store.ts';

export type Change =
	| { type: 'create'; room: string; title: string; owner: User; at: number }
	| { type: 'rename'; room: string; title: string }
	| { type: 'invite'; invite: NewInvite }
	| { type: 'revoke'; room: string; id: string }
	| { type: 'join'; hash: string; user: User; at: number }
	| { type: 'renamed'; user: User }
	| { type: 'remove'; room: string; user: string; closes: boolean };

/** `room`: the one that it concerned, where there is one. */
export interface Changed {
	outcome: Outcome;
	room: string;
}

export class Changes {
	readonly #database: Database;
	readonly #sql: ReturnType<typeof statements>;

	constructor(database: Database) {
		this.#database = database;
		this.#sql = statements(database);
	}

	/** Throws when nothing of it was stored. */
	apply(change: Change): Changed {
		return this.#database.transaction(() => this.#apply(change)).immediate();
	}

	#apply(change: Change): Changed {
		switch (change.type) {
			case 'create':
				return { room: change.room, outcome: this.#create(change) };
			case 'join':
				return this.#join(change);
			case 'invite':
				return { room: change.invite.room, outcome: this.#invite(change.invite) };
			case 'renamed':
				this.#sql.renamed.run(change.user.name, change.user.id);
				return { room: '', outcome: 'done' };
			case 'rename':
				this.#sql.rename.run(change.title, change.room);
				break;
			case 'revoke':
				this.#sql.revoke.run(change.id, change.room);
				break;
			case 'remove':
				this.#sql.remove.run(change.user, change.room);
				if (change.closes) this.#sql.revokeAll.run(change.room);
		}
		return { room: change.room, outcome: 'done' };
	}

	#create({ room, title, owner, at }: Change & { type: 'create' }): Outcome {
		if ((this.#sql.owned.get(owner.id)?.count ?? 0) >= ROOMS_OF_OWNER) return 'full';
		const { lastInsertRowid } = this.#sql.create.run(room, title, owner.id, at);
		this.#sql.add.run(Number(lastInsertRowid), owner.id, owner.name, at);
		return 'done';
	}

	#invite({ room, id, hash, createdAt, expiresAt }: NewInvite): Outcome {
		const found = this.#sql.room.get(room);
		if (!found) return 'none';
		this.#sql.forgetExpired.run(found.id, createdAt);
		if ((this.#sql.invites.get(found.id)?.count ?? 0) >= OPEN_INVITES) return 'full';
		this.#sql.invite.run(id, found.id, hash, createdAt, expiresAt);
		return 'done';
	}

	#join({ hash, user, at }: Change & { type: 'join' }): Changed {
		const invite = this.#sql.byHash.get(hash, at);
		if (!invite) return { outcome: 'none', room: '' };
		const { id, room, name } = invite;
		if (this.#sql.isMember.get(room, user.id)) return { outcome: 'done', room: name };
		if ((this.#sql.members.get(room)?.count ?? 0) >= MEMBERS) return { outcome: 'full', room: name };
		this.#sql.add.run(room, user.id, user.name, at);
		this.#sql.use.run(id);
		return { outcome: 'done', room: name };
	}
}

const ROOM = '(SELECT id FROM rooms WHERE name = ?)';
const statements = (database: Database) => ({
	room: database.query<{ id: number }, [string]>('SELECT id FROM rooms WHERE name = ?'),
	owned: database.query<{ count: number }, [string]>('SELECT count(*) AS count FROM rooms WHERE owner = ?'),
	create: database.query<never, [string, string, string, number]>(
		'INSERT INTO rooms (name, title, owner, created_at) VALUES (?, ?, ?, ?)',
	),
	rename: database.query<never, [string, string]>('UPDATE rooms SET title = ? WHERE name = ?'),
	add: database.query<never, [number, string, string, number]>(
		'INSERT INTO members (room, user, name, since) VALUES (?, ?, ?, ?)',
	),
	isMember: database.query<object, [number, string]>('SELECT 1 FROM members WHERE room = ? AND user = ?'),
	members: database.query<{ count: number }, [number]>('SELECT count(*) AS count FROM members WHERE room = ?'),
	remove: database.query<never, [string, string]>(`DELETE FROM members WHERE user = ? AND room = ${ROOM}`),
	renamed: database.query<never, [string, string]>('UPDATE members SET name = ? WHERE user = ?'),
	invite: database.query<never, [string, number, string, number, number]>(
		'INSERT INTO invites (id, room, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?)',
	),
	invites: database.query<{ count: number }, [number]>('SELECT count(*) AS count FROM invites WHERE room = ?'),
	byHash: database.query<{ id: string; room: number; name: string }, [string, number]>(
		'SELECT i.id, i.room, r.name FROM invites i JOIN rooms r ON r.id = i.room WHERE i.hash = ? AND i.expires_at > ?',
	),
	use: database.query<never, [string]>('UPDATE invites SET uses = uses + 1 WHERE id = ?'),
	revoke: database.query<never, [string, string]>(`DELETE FROM invites WHERE id = ? AND room = ${ROOM}`),
	revokeAll: database.query<never, [string]>(`DELETE FROM invites WHERE room = ${ROOM}`),
	forgetExpired: database.query<never, [number, number]>('DELETE FROM invites WHERE room = ? AND expires_at <= ?'),
});
