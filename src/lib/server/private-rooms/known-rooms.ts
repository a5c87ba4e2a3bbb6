/** The private rooms that were asked for last, in memory: a right is asked for with every message. */
import type { KnownRoom } from './room-store.ts';

/** Members of all of them together: some 10 MB. Past it those go that were not asked for the longest. */
const MOST_MEMBERS = 100_000;

export class KnownRooms {
	readonly #rooms = new Map<string, KnownRoom>();
	readonly #read: (room: string) => KnownRoom | null;
	#members = 0;

	/** `read` is asked for a room that is not in memory. */
	constructor(read: (room: string) => KnownRoom | null) {
		this.#read = read;
	}

	get(name: string): KnownRoom | null {
		const known = this.#rooms.get(name);
		if (known) {
			// The last in the map is the one that was asked for last.
			this.#rooms.delete(name);
			this.#rooms.set(name, known);
			return known;
		}
		const room = this.#read(name);
		// That there is none is not remembered: names that somebody makes up must not push out the others.
		if (room) this.#add(room);
		return room;
	}

	/** It has changed. */
	forget(name: string) {
		this.#members -= this.#rooms.get(name)?.members.size ?? 0;
		this.#rooms.delete(name);
	}

	#add(room: KnownRoom) {
		this.#rooms.set(room.room, room);
		this.#members += room.members.size;
		for (const name of this.#rooms.keys()) {
			if (this.#members <= MOST_MEMBERS || name === room.room) return;
			this.forget(name);
		}
	}
}
