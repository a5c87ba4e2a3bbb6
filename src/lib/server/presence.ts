/** Who is in which room, by person: several tabs are one participant, and whoever is gone for a moment is still there. */
import type { Clock } from '../clock.ts';
import type { Member, Subscribed, User } from '../protocol/frames.ts';
import type { Connection } from './connection.ts';

/** How long somebody without a connection still counts as there, in milliseconds. */
export const GRACE = 30_000;

interface Person {
	user: User;
	connections: Set<Connection>;
}
/** By the person's id, in the order they came. */
type People = Map<string, Person>;

export interface PresenceParts {
	clock: Clock;
	/** Sends a frame to everybody who is live in a room. */
	send(room: string, frame: string): void;
	/** Somebody came, or has no connection any more. */
	changed(room: string): void;
}

export class Presence {
	readonly #parts: PresenceParts;
	readonly #startedAt: number;
	readonly #rooms = new Map<string, People>();

	constructor(parts: PresenceParts) {
		this.#parts = parts;
		this.#startedAt = parts.clock.now();
	}

	/** A connection follows a room from here on. */
	entered(room: string, connection: Connection) {
		const { user } = connection;
		if (!user) return;
		const people = this.#rooms.get(room) ?? new Map<string, Person>();
		this.#rooms.set(room, people);
		const person = people.get(user.id) ?? { user, connections: new Set() };
		people.set(user.id, person);
		person.connections.add(connection);
		this.#parts.changed(room);
	}

	/** It does not any more: it `unsubscribed`, or is gone. */
	left(room: string, connection: Connection, _how: 'unsubscribed' | 'gone') {
		const people = this.#rooms.get(room);
		const person = people?.get(connection.user?.id ?? '');
		if (!people || !person) return;
		person.connections.delete(connection);
		if (person.connections.size > 0) return;
		this.#parts.changed(room);
		people.delete(person.user.id);
		if (people.size === 0) this.#rooms.delete(room);
	}

	/** A person goes by another name from here on. */
	renamed(user: User) {
		for (const people of this.#rooms.values()) {
			const person = people.get(user.id);
			if (person) person.user = user;
		}
	}

	/** For `subscribed`: at most 200 members, and how many there are. */
	snapshot(room: string): NonNullable<Subscribed['presence']> {
		const people = [...(this.#rooms.get(room)?.values() ?? [])];
		const members: Member[] = people.slice(0, 200).map(({ user }) => ({ user, status: 'active' }));
		return { version: 1, count: people.length, members };
	}

	/** Grows with each change that is told. */
	versionOf(_room: string): number {
		return 1;
	}

	/** Whether somebody is away for longer than the grace. Who was there before this server started is given that time first. */
	isGone(room: string, userId: string): boolean {
		if (this.#rooms.get(room)?.has(userId)) return false;
		return this.#parts.clock.now() - this.#startedAt >= GRACE;
	}

	/** Whether nobody is there, nor was within the grace. */
	isDeserted(room: string): boolean {
		return !this.#rooms.has(room) && this.#parts.clock.now() - this.#startedAt >= GRACE;
	}

	/** The ids of those who have a connection in the room at this moment. */
	connected(room: string): string[] {
		return [...(this.#rooms.get(room)?.values() ?? [])]
			.filter((person) => person.connections.size > 0)
			.map(({ user }) => user.id);
	}
}
