/** The embedded store of private rooms: read on the main thread, where it takes microseconds; changed in a worker, which waits for the disk. */
import { Database } from 'bun:sqlite';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Invite } from '../../protocol/private-rooms.ts';
import { startWorker, type Tasks } from '../worker.ts';
import type { Change, Changed } from './changes.ts';
import { KnownRooms } from './known-rooms.ts';
import { type KnownRoom, type RoomStore, Unstored } from './room-store.ts';
import { configure, migrate } from './schema.ts';
import type { Task } from './writer.ts';

/** @throws Error when the database was written by a newer version. One server a folder: the log holds the lock. */
export function openSqliteRooms({ dataDir }: { dataDir: string }): RoomStore {
	mkdirSync(dataDir, { recursive: true });
	const path = join(dataDir, 'rooms.db');
	const reader = new Database(path);
	try {
		configure(reader);
		migrate(reader);
	} catch (error) {
		reader.close(false);
		throw error;
	}
	const tables = readTables(reader);
	const known = new KnownRooms(tables.room);
	let writer: Tasks<Task, Changed> | undefined;
	let closed: Promise<void> | undefined;

	/** Begun with the first change: most servers never have one. Asked first, the worker opens before whatever follows. */
	function begin(): Tasks<Task, Changed> {
		const begun = startWorker<Task, Changed>(new URL('./writer.ts', import.meta.url), 'the writer of private rooms');
		begun.ask({ type: 'open', path }).catch(() => {
			// What follows is refused with it, and says so; the next change begins anew.
			if (writer !== begun) return;
			writer = undefined;
			begun.terminate();
		});
		return begun;
	}
	async function apply(change: Change): Promise<Changed> {
		if (closed) throw new Unstored('the private rooms are closed');
		writer ??= begin();
		const changed = await writer.ask(change).catch((cause: unknown) => {
			throw new Unstored('a change of a private room was not stored', { cause });
		});
		known.forget(changed.room);
		return changed;
	}
	const find = (name: string) => known.get(name);
	const all = (names: string[]) => names.map(find).filter((room) => room !== null);

	return {
		find,
		isMember: (room, user) => find(room)?.members.has(user) ?? false,
		roomsOf: async (user) => all(tables.roomsOf(user)),
		invitesOf: async (room, now) => tables.invites(room, now),
		invited: async (hash, now) => find(tables.invited(hash, now)),
		create: async (room) => (await apply({ type: 'create', ...room })).outcome,
		invite: async (invite) => (await apply({ type: 'invite', invite })).outcome,
		join: (hash, user, at) => apply({ type: 'join', hash, user, at }),
		async rename(room, title) {
			await apply({ type: 'rename', room, title });
		},
		async renamed(user) {
			const own = tables.roomsOf(user.id);
			// Nearly everybody is in none: nothing is written for them.
			if (own.length === 0) return;
			await apply({ type: 'renamed', user });
			for (const room of own) known.forget(room);
		},
		async revoke(room, id) {
			await apply({ type: 'revoke', room, id });
		},
		async remove(room, user, closes) {
			await apply({ type: 'remove', room, user, closes });
		},
		close() {
			closed ??= (async () => {
				reader.close(false);
				const open = writer;
				await open?.ask({ type: 'close' }).finally(() => open.terminate());
			})();
			return closed;
		},
	};
}

function readTables(reader: Database) {
	const room = reader.query<{ id: number; title: string; owner: string }, [string]>(
		'SELECT id, title, owner FROM rooms WHERE name = ?',
	);
	const members = reader.query<{ user: string; name: string }, [number, string]>(
		'SELECT user, name FROM members WHERE room = ? ORDER BY user != ?, since, user',
	);
	const roomsOf = reader.query<{ name: string }, [string]>(
		'SELECT r.name FROM members m JOIN rooms r ON r.id = m.room WHERE m.user = ? ORDER BY m.since DESC, r.id DESC',
	);
	const invites = reader.query<Invite, [string, number]>(
		`SELECT id, created_at AS createdAt, expires_at AS expiresAt, uses FROM invites
		 WHERE room = (SELECT id FROM rooms WHERE name = ?) AND expires_at > ? ORDER BY created_at DESC, id DESC`,
	);
	const invited = reader.query<{ name: string }, [string, number]>(
		'SELECT r.name FROM invites i JOIN rooms r ON r.id = i.room WHERE i.hash = ? AND i.expires_at > ?',
	);
	return {
		room(name: string): KnownRoom | null {
			const found = room.get(name);
			if (!found) return null;
			const { id, title, owner } = found;
			return { room: name, title, owner, members: new Map(members.all(id, owner).map(({ user, name }) => [user, name])) };
		},
		roomsOf: (user: string) => roomsOf.all(user).map(({ name }) => name),
		invites: (name: string, now: number) => invites.all(name, now),
		invited: (hash: string, now: number) => invited.get(hash, now)?.name ?? '',
	};
}
