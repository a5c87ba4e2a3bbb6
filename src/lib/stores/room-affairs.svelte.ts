/** The affairs of one private room: who is in it and how one gets in, and what came of the last thing that was asked. */
import type { PrivateRoomDetails } from '../protocol/private-rooms.ts';
import { makeInvite, removeMember, renameRoom, revokeInvite, roomDetails } from './room-requests.ts';

export class RoomAffairs {
	readonly room: string;
	#details = $state.raw<PrivateRoomDetails | null>(null);
	#problem = $state<string | null>(null);
	#busy = $state(false);
	#link = $state<string | null>(null);

	constructor(room: string) {
		this.room = room;
	}

	/** Null before the server has told. */
	get details() {
		return this.#details;
	}
	/** Why the last thing did not work, or null. */
	get problem() {
		return this.#problem;
	}
	get busy() {
		return this.#busy;
	}
	/** The link that was made last: its token is told this once. */
	get link() {
		return this.#link;
	}

	load = () => this.#do(async () => {});

	/** `origin`: what the link begins with. */
	invite = (lifetimeMs: number, origin: string) =>
		this.#do(async () => {
			this.#link = `${origin}${(await makeInvite(this.room, lifetimeMs)).path}`;
		});

	revoke = (id: string) =>
		this.#do(async () => {
			await revokeInvite(this.room, id);
			// It may be the one that is shown.
			this.#link = null;
		});

	remove = (user: string) =>
		this.#do(async () => {
			await removeMember(this.room, user);
			this.#link = null;
		});

	rename = (title: string) => this.#do(() => renameRoom(this.room, title));

	/** Whether we have left. */
	leave = (user: string) => this.#try(() => removeMember(this.room, user));

	/** Forgets what was shown once. */
	closed() {
		this.#link = null;
		this.#problem = null;
	}

	/** Whether it worked, with all of it told anew. */
	#do(act: () => Promise<unknown>): Promise<boolean> {
		return this.#try(async () => {
			await act();
			this.#details = await roomDetails(this.room);
		});
	}

	async #try(act: () => Promise<unknown>): Promise<boolean> {
		if (this.#busy) return false;
		this.#busy = true;
		this.#problem = null;
		try {
			await act();
			return true;
		} catch (error) {
			this.#problem = error instanceof Error ? error.message : String(error);
			return false;
		} finally {
			this.#busy = false;
		}
	}
}
