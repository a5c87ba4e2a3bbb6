/** The people of one room: who is there and how, and what those who follow it were told of that so far. */
import type { Member, Subscribed, User } from '../protocol/frames.ts';
import type { Connection } from './connection.ts';
import type { Session } from './session.ts';

/** Members that are told by name; of those beyond there is the count alone. */
const PAGE = 200;
/** For so long nobody is told that somebody lost their connection: a reload, another transport, or the pause between two polls. In milliseconds. */
const MOMENT = 5_000;

export interface Patience {
	/** How long somebody without a connection still counts as there, in milliseconds. */
	graceMs: number;
	/** After which somebody whose client asks for nothing is away, in milliseconds; 0: never. */
	idleMs: number;
}

interface Person {
	/** As everybody is to see them. Replaced whenever that changes, so that it need not be compared. */
	member: Member;
	/** Few: an array takes less than a set, and there are as many of these as people in all rooms. */
	readonly connections: Connection[];
	/** When the connection opened that their name is from. */
	namedAt: number;
	/** `lost`: without a connection; `missing`: longer than a moment. */
	whereabouts: 'here' | 'lost' | 'missing';
	/** The client of theirs that has said that it leaves while a request of its own was still under way. */
	parting: Session | null;
	/** The first sweep that saw them without a connection. */
	lostAt: number | null;
}

export type Changes = Pick<NonNullable<Subscribed['presence']>, 'version' | 'count'> & { changed: Member[]; left: string[] };

export class Roster {
	readonly #patience: Patience;
	/** By the person's id, in the order they came. */
	readonly #people = new Map<string, Person>();
	/** What the frames up to `version` add up to. Who comes meanwhile is told this, so that the next frame fits them all. */
	#told = new Map<string, Member>();
	#count = 0;
	#members: readonly Member[] | undefined;
	#version: number;
	#isStale = false;

	/** @param version greater than any that was told of the room before */
	constructor(version: number, patience: Patience) {
		this.#version = version;
		this.#patience = patience;
	}

	get version(): number {
		return this.#version;
	}

	get size(): number {
		return this.#people.size;
	}

	/** Whether something has changed that was not told yet. */
	get isStale(): boolean {
		return this.#isStale;
	}

	has = (id: string): boolean => this.#people.has(id);

	/** Whether that changed who is connected. */
	enter(user: User, connection: Connection, now: number): boolean {
		const known = this.#people.get(user.id);
		if (!known) {
			const member: Member = { user, status: 'active' };
			const { openedAt: namedAt } = connection;
			this.#people.set(user.id, { member, connections: [connection], namedAt, whereabouts: 'here', parting: null, lostAt: null });
			this.#isStale = true;
			return true;
		}
		const wasMissing = known.whereabouts === 'missing';
		if (!known.connections.includes(connection)) known.connections.push(connection);
		known.whereabouts = 'here';
		known.lostAt = null;
		if (known.parting === connection.session) known.parting = null;
		// A tab that is open for long may still go by an older name.
		if (user.name !== known.member.user.name && connection.openedAt >= known.namedAt)
			this.#show(known, { ...known.member, user });
		known.namedAt = Math.max(known.namedAt, connection.openedAt);
		this.#look(known, now);
		return wasMissing;
	}

	/** Whether they are in the room, by another name. */
	rename(user: User): boolean {
		const person = this.#people.get(user.id);
		if (!person || person.member.user.name === user.name) return false;
		this.#show(person, { ...person.member, user });
		return true;
	}

	/** Whether that changed who is connected. Somebody who lost their connection counts as connected for a moment. */
	leave(id: string, connection: Connection, how: 'unsubscribed' | 'gone'): boolean {
		const person = this.#people.get(id);
		if (!person) return false;
		const { connections } = person;
		const { session } = connection;
		const index = connections.indexOf(connection);
		if (index >= 0) connections.splice(index, 1);
		// Over HTTP another request says it than the one that follows the room, and either may come first. Of another tab it says nothing.
		else if (how === 'unsubscribed' && connections.some((other) => other.session === session)) person.parting = session;
		if (connections.length > 0) return false;
		if (how === 'unsubscribed' || (session && person.parting === session)) return this.#remove(id);
		if (person.whereabouts === 'here') person.whereabouts = 'lost';
		return false;
	}

	/** The room is closed to them: nobody waits for their return. Whether that changed who is connected. */
	expel(id: string): boolean {
		return this.#people.has(id) && this.#remove(id);
	}

	/** Looks who is gone for too long or does nothing, once a second. Returns whether that changed who is connected. */
	sweep(now: number): boolean {
		let changed = false;
		for (const [id, person] of this.#people) {
			if (person.connections.length > 0) this.#look(person, now);
			else if (this.#miss(id, person, now)) changed = true;
		}
		return changed;
	}

	#miss(id: string, person: Person, now: number): boolean {
		person.lostAt ??= now;
		const lostMs = now - person.lostAt;
		if (lostMs >= this.#patience.graceMs) {
			const wasMissing = person.whereabouts === 'missing';
			this.#remove(id);
			return !wasMissing;
		}
		if (lostMs < MOMENT || person.whereabouts === 'missing') return false;
		person.whereabouts = 'missing';
		this.#turn(person, 'away');
		return true;
	}

	/** Active as long as one of their clients asks for something. */
	#look(person: Person, now: number) {
		const { idleMs } = this.#patience;
		const isActive = ({ session }: Connection) => !session || now - session.activeAt < idleMs;
		this.#turn(person, idleMs === 0 || person.connections.some(isActive) ? 'active' : 'away');
	}

	#turn(person: Person, status: Member['status']) {
		if (person.member.status !== status) this.#show(person, { ...person.member, status });
	}

	#show(person: Person, member: Member) {
		person.member = member;
		this.#isStale = true;
	}

	#remove(id: string): boolean {
		this.#isStale = true;
		return this.#people.delete(id);
	}

	/** What has changed since the last time, or null: then nothing that was told is different. */
	take(): Changes | null {
		this.#isStale = false;
		const page = new Map<string, Member>();
		const changed: Member[] = [];
		for (const [id, { member }] of this.#people) {
			if (page.size === PAGE) break;
			page.set(id, member);
			const told = this.#told.get(id);
			if (told !== member && (told?.status !== member.status || told.user.name !== member.user.name)) changed.push(member);
		}
		const left = [...this.#told.keys()].filter((id) => !page.has(id));
		if (changed.length === 0 && left.length === 0 && this.#count === this.size) return null;
		this.#told = page;
		this.#count = this.size;
		this.#members = undefined;
		this.#version += 1;
		return { version: this.#version, count: this.#count, changed, left };
	}

	/** What was told so far, and the one who asks: they need not be told that they are there. */
	snapshot(user: User | null): NonNullable<Subscribed['presence']> {
		// Made once for all who come before the next frame.
		this.#members ??= [...this.#told.values()];
		const self = user && !this.#told.has(user.id) && this.#people.get(user.id)?.member;
		const members = self ? [...this.#members, self] : [...this.#members];
		return { version: this.#version, count: Math.max(this.#count, members.length), members };
	}

	/** The ids of those who are connected, or were a moment ago. */
	connected(): string[] {
		return [...this.#people].filter(([, { whereabouts }]) => whereabouts !== 'missing').map(([id]) => id);
	}
}
