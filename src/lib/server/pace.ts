/** Tells of changes, merged: a room's first one at once, those that follow within the pause together at its end. */
import type { Clock } from '../clock.ts';
import { guarded, type Report } from './errors.ts';

export interface PaceOptions {
	clock: Clock;
	report: Report;
	/** The shortest time between two tellings of one room, in milliseconds. */
	everyMs: number;
	tell(room: string): void;
}

export class Pace {
	readonly #options: PaceOptions;
	/** Rooms that were told of within the pause, and whether they have changed again. */
	readonly #changedAgain = new Map<string, boolean>();

	constructor(options: PaceOptions) {
		this.#options = options;
	}

	/** The room has changed. */
	changed(room: string) {
		if (this.#changedAgain.has(room)) this.#changedAgain.set(room, true);
		else this.#tell(room);
	}

	#tell(room: string) {
		const { clock, report, everyMs, tell } = this.#options;
		this.#changedAgain.set(room, false);
		clock.setTimeout(
			guarded(report, 'pace', () => {
				const again = this.#changedAgain.get(room);
				this.#changedAgain.delete(room);
				if (again) this.#tell(room);
			}),
			everyMs,
		);
		// Whoever has changed it goes on, whatever becomes of the telling.
		guarded(report, 'pace', tell)(room);
	}
}
