/** The rooms that are at hand: those that somebody follows, and for a moment those that a poll has just left. */
import { Room } from './room.ts';

/** What a room of the server's own tells: read for each who comes. `epoch` changes whenever what was told before is void. */
export interface Snapshot {
	epoch: string;
	state(): Record<string, unknown>;
}

/** Rooms that are kept although nobody follows them just now. */
const RESTING_ROOMS = 1_000;

export class RoomShelf {
	readonly #rooms = new Map<string, Room>();
	readonly #snapshots = new Map<string, Snapshot>();
	/** Rooms that a poll left: it is back within a moment. Dropped by the sweep after next where nobody is. */
	#resting = new Set<Room>();
	#rested = new Set<Room>();

	/** Rooms that somebody follows now. */
	get count(): number {
		return [...this.#rooms.values()].filter(({ subscribers }) => subscribers.size > 0).length;
	}

	get = (name: string): Room | undefined => this.#rooms.get(name);

	/** The room, at hand from here on until it is dropped. */
	take(name: string): Room {
		const known = this.#rooms.get(name);
		if (known) return known;
		const room = new Room(name);
		const snapshot = this.#snapshots.get(name);
		// There is nothing to read of it: it has no log.
		if (snapshot) Object.assign(room, { epoch: snapshot.epoch, loaded: true });
		this.#rooms.set(name, room);
		return room;
	}

	/** Gives a room of the server's own its snapshot. */
	provide(name: string, snapshot: Snapshot) {
		this.#snapshots.set(name, snapshot);
	}

	snapshotOf = (name: string): Snapshot | undefined => this.#snapshots.get(name);

	/** Lets go of a room for good, whoever follows it. */
	abandon(room: Room) {
		this.#rooms.delete(room.name);
	}

	/** Somebody has left. Between two polls a room would be forgotten, and read from the log again, each time: after one it `rests`. */
	left(room: Room, rests: boolean) {
		if (!rests || !room.loaded || this.#resting.size >= RESTING_ROOMS) this.#dropIfEmpty(room);
		else if (room.subscribers.size === 0) this.#resting.add(room);
	}

	/** Lets go of the rooms to which nobody has come back. */
	sweep() {
		for (const room of this.#rested) this.#dropIfEmpty(room);
		this.#rested = this.#resting;
		this.#resting = new Set();
	}

	/** A room of the same name may have taken the place of one that was given up. */
	#dropIfEmpty(room: Room) {
		if (room.subscribers.size === 0 && this.#rooms.get(room.name) === room) this.#rooms.delete(room.name);
	}
}
