/** Who is in which room, by person: several tabs are one participant, and whoever is gone for a moment is still there. */
import type { Clock } from '../clock.ts';
import type { Subscribed, User } from '../protocol/frames.ts';
import type { Connection } from './connection.ts';
import type { Report } from './errors.ts';
import { Pace } from './pace.ts';
import { type Patience, Roster } from './roster.ts';

/** The shortest time between two tellings of a room's people, in milliseconds. */
const PRESENCE_EVERY = 500;

export interface PresenceParts extends Patience {
	clock: Clock;
	report: Report;
	/** Whether anybody is live in a room. */
	isHeard(room: string): boolean;
	/** Sends a frame to everybody who is live in a room. */
	send(room: string, frame: string): void;
	/** Somebody came, left for good, or has lost their connection for longer than a moment, or has one again. */
	changed(room: string): void;
}

export class Presence {
	readonly #parts: PresenceParts;
	readonly #rooms = new Map<string, Roster>();
	readonly #pace: Pace;
	/** In the registry's time, as of the last sweep: while our own loop stands still nobody's grace runs out. */
	#now = 0;
	/** The greatest of a room that began, or was let go of. */
	#version = 0;

	constructor(parts: PresenceParts) {
		this.#parts = parts;
		const { clock, report } = parts;
		this.#pace = new Pace({ clock, report, everyMs: PRESENCE_EVERY, tell: (room) => this.#tell(room) });
	}

	/** People by room: who is in two of them counts twice. */
	get count(): number {
		return [...this.#rooms.values()].reduce((sum, { size }) => sum + size, 0);
	}

	/** A connection follows a room from here on. */
	entered(room: string, connection: Connection) {
		const { user } = connection;
		if (!user) return;
		const roster = this.#rooms.get(room) ?? this.#begin(room);
		const isNews = roster.enter(user, connection, this.#now);
		this.#changed(room, roster, isNews);
	}

	/** It does not any more: it `unsubscribed`, or is gone. */
	left(room: string, connection: Connection, how: 'unsubscribed' | 'gone') {
		const roster = this.#rooms.get(room);
		if (!roster) return;
		const isNews = roster.leave(connection.user?.id ?? '', connection, how);
		this.#changed(room, roster, isNews);
	}

	/** A room is closed to a person from here on. */
	expelled(room: string, user: string) {
		const roster = this.#rooms.get(room);
		if (roster) this.#changed(room, roster, roster.expel(user));
	}

	/** A person goes by another name from here on. */
	renamed(user: User) {
		for (const [room, roster] of this.#rooms) if (roster.rename(user)) this.#changed(room, roster, false);
	}

	/** Looks who is gone for too long, and who does nothing. `now` in the registry's time. */
	sweep(now: number) {
		this.#now = now;
		for (const [room, roster] of this.#rooms) {
			const isNews = roster.sweep(now);
			this.#changed(room, roster, isNews);
		}
	}

	/** For `subscribed`: at most 200 members and the one who asks, and how many there are. */
	snapshot(room: string, { user }: Connection): NonNullable<Subscribed['presence']> {
		return this.#rooms.get(room)?.snapshot(user) ?? { version: 0, count: 0, members: [] };
	}

	/** Grows with each change that is told. */
	versionOf(room: string): number {
		return this.#rooms.get(room)?.version ?? 0;
	}

	/** Whether somebody is in a room, or was within the grace. */
	isThere(room: string, { id }: User): boolean {
		return this.#rooms.get(room)?.has(id) ?? false;
	}

	/** Whether this server runs for longer than the grace: who was there before it has had the time to return. */
	get isSettled(): boolean {
		return this.#now >= this.#parts.graceMs;
	}

	/** Whether somebody is away for longer than the grace. Who was there before this server started is given that time first. */
	isGone(room: string, userId: string): boolean {
		return this.isSettled && !this.#rooms.get(room)?.has(userId);
	}

	/** Whether nobody is there, nor was within the grace. */
	isDeserted(room: string): boolean {
		return this.isSettled && !this.#rooms.has(room);
	}

	/** The ids of those who have a connection in the room, or had one a moment ago: a poll ends and the next one begins all the time. */
	connected(room: string): string[] {
		return this.#rooms.get(room)?.connected() ?? [];
	}

	/** Never a version of before: not after a restart, nor where a room was let go of. */
	#begin(room: string): Roster {
		this.#version = Math.max(this.#version + 1, this.#parts.clock.wall());
		const roster = new Roster(this.#version, this.#parts);
		this.#rooms.set(room, roster);
		return roster;
	}

	/** `isNews`: for those who look who is connected. */
	#changed(room: string, roster: Roster, isNews: boolean) {
		if (roster.size === 0) {
			this.#rooms.delete(room);
			this.#version = Math.max(this.#version, roster.version);
		} else if (roster.isStale) {
			if (this.#parts.isHeard(room)) this.#pace.changed(room);
			// Whoever comes next is told with `subscribed`.
			else roster.take();
		}
		if (isNews) this.#parts.changed(room);
	}

	#tell(room: string) {
		const changes = this.#rooms.get(room)?.take();
		if (changes) this.#parts.send(room, JSON.stringify({ type: 'presence', room, ...changes }));
	}
}
