/** The private rooms: who is in which, and by which invitations one gets in. What the server asks, whatever keeps them. */
import type { User } from '../../protocol/frames.ts';
import type { Invite } from '../../protocol/private-rooms.ts';
import type { Members } from '../rights.ts';

/** Private rooms that one person owns, members of one, and invitations to it that are open. */
export const ROOMS_OF_OWNER = 50;
export const MEMBERS = 1_000;
export const OPEN_INVITES = 50;

/** A private room as it is in memory. */
export interface KnownRoom {
	room: string;
	title: string;
	/** The id of who made it. */
	owner: string;
	/** Names by the id of their person, in the order they came, the owner first. */
	members: ReadonlyMap<string, string>;
}

/** An invitation on its way into the store, with the hash of its token: the token itself is kept nowhere. */
export interface NewInvite extends Omit<Invite, 'uses'> {
	room: string;
	hash: string;
}

/** A change that was not stored; `cause` says why. It may be tried again. */
export class Unstored extends Error {}

/** `none`: there is no such invitation, or not any more. `full`: a limit is reached. */
export type Outcome = 'done' | 'none' | 'full';

/**
 * Each change resolves once it is durable, and is seen by every question from then on; it rejects with `Unstored` when it is not.
 * Times are wall time, milliseconds since 1970. Who may do what is asked before, see `http/private-rooms.ts`.
 */
export interface RoomStore extends Members {
	/** Answers from memory. */
	find(room: string): KnownRoom | null;
	/** The rooms that a person is in, those they came to last first. */
	roomsOf(user: string): Promise<KnownRoom[]>;
	/** Those that are open at `now`, the newest first. */
	invitesOf(room: string, now: number): Promise<Invite[]>;
	/** The room that an invitation opens at `now`. */
	invited(hash: string, now: number): Promise<KnownRoom | null>;

	create(room: { room: string; title: string; owner: User; at: number }): Promise<Outcome>;
	rename(room: string, title: string): Promise<void>;
	invite(invite: NewInvite): Promise<Outcome>;
	revoke(room: string, id: string): Promise<void>;
	/** Whoever is in it already stays so, and uses nothing up. The room where it worked. */
	join(hash: string, user: User, at: number): Promise<{ outcome: Outcome; room: string }>;
	/**
	 * Takes somebody out. `closes`: takes back every invitation to the room with them, for whoever has one would be back under
	 * another name.
	 */
	remove(room: string, user: string, closes: boolean): Promise<void>;
	/** A person goes by another name, in every room they are in. */
	renamed(user: User): Promise<void>;
	/** Waits for the change under way and lets go of the storage. Calling it twice does nothing. */
	close(): Promise<void>;
}
