/** Which signals go on to a room: those of who is there, of each kind one a second. */
import type { Clock } from '../clock.ts';
import type { User } from '../protocol/frames.ts';
import type { Presence } from './presence.ts';

/** The shortest time between two signals of one kind from one person in one room, in milliseconds. */
const SIGNAL_EVERY = 1_000;

export class Signals {
	readonly #presence: Pick<Presence, 'isThere'>;
	readonly #clock: Clock;
	/** When the last one of a kind was passed on. Neither a kind nor a room's name holds the end of a line. */
	readonly #passedAt = new Map<string, number>();

	constructor(presence: Pick<Presence, 'isThere'>, clock: Clock) {
		this.#presence = presence;
		this.#clock = clock;
	}

	/** Whether a signal is to be passed on. What comes too soon is dropped in silence: a signal may be lost at any time. */
	passes(room: string, user: User, kind: string): boolean {
		if (!this.#presence.isThere(room, user)) return false;
		const now = this.#clock.now();
		const key = `${kind}\n${room}\n${user.id}`;
		if (now - (this.#passedAt.get(key) ?? -SIGNAL_EVERY) < SIGNAL_EVERY) return false;
		this.#passedAt.set(key, now);
		return true;
	}

	/** Forgets what holds nothing back any more. */
	sweep() {
		const now = this.#clock.now();
		for (const [key, at] of this.#passedAt) if (now - at >= SIGNAL_EVERY) this.#passedAt.delete(key);
	}
}
