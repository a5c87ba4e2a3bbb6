/** Holds what one client saw of its room against the promise: dense offsets, each once, no gap, one incarnation of the log. */
import type { Message, Position, Subscribed } from '../../src/lib/protocol/frames.ts';

export class Ledger {
	/** The first thing that was wrong. */
	problem: string | null = null;
	#epoch: string | null = null;
	#offset = 0;

	get offset(): number {
		return this.#offset;
	}

	/** Where to resume; null before the first answer. */
	get position(): Position | null {
		return this.#epoch === null ? null : { epoch: this.#epoch, offset: this.#offset };
	}

	subscribed({ room, result, epoch }: Subscribed) {
		if (this.#epoch === null) this.#epoch = epoch;
		else if (result !== 'resumed' || epoch !== this.#epoch)
			this.#note(`${room}: resumed at ${this.#offset}, the server answered ${result}`);
	}

	message({ room, offset }: Message) {
		if (offset !== this.#offset + 1) this.#note(`${room}: offset ${offset} came after ${this.#offset}`);
		this.#offset = offset;
	}

	#note(problem: string) {
		this.problem ??= problem;
	}
}
