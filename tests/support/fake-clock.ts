/** A clock in the hand of a test: time passes only when told to, timers fire in order, and each one's promises settle before the next. */
import type { Cancel, Clock } from '../../src/lib/clock.ts';

interface Timer {
	at: number;
	order: number;
	run: () => void;
}

export class FakeClock implements Clock {
	#now = 1_000;
	#wall = 1_763_600_000_000;
	#order = 0;
	#timers: Timer[] = [];
	#seed: number;
	/** What `random` answers; null: a seeded sequence. */
	chance: number | null = 0.5;
	/** Real timers fire up to a millisecond before the clock says that it is time. */
	early = 0;

	constructor(seed = 1) {
		this.#seed = seed;
	}

	now = (): number => this.#now;
	wall = (): number => this.#wall;

	setTimeout(run: () => void, ms: number): Cancel {
		const timer = { at: this.#now + Math.max(0, ms - this.early), order: this.#order++, run };
		this.#timers.push(timer);
		return () => {
			this.#timers = this.#timers.filter((other) => other !== timer);
		};
	}

	/** Mulberry32: short, and good enough for a test. */
	random(): number {
		if (this.chance !== null) return this.chance;
		this.#seed = (this.#seed + 0x6d2b79f5) | 0;
		let t = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	}

	/** Timers that have not fired: what a closed client must have none of. */
	get pending(): number {
		return this.#timers.length;
	}

	/** Lets time pass, timer by timer. */
	async advance(ms: number): Promise<void> {
		const until = this.#now + ms;
		await settle();
		for (let next = this.#next(until); next; next = this.#next(until)) {
			this.#pass(Math.max(0, next.at - this.#now));
			this.#fire(next);
			await settle();
		}
		this.#pass(until - this.#now);
	}

	/** The process stands still: time passes, nothing runs, and all timers that came due fire late, at once. */
	async stall(ms: number): Promise<void> {
		this.#pass(ms);
		await this.advance(0);
	}

	/** The machine sleeps: only the wall clock goes on. */
	sleep(ms: number): void {
		this.#wall += ms;
	}

	#next(until: number): Timer | undefined {
		return this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];
	}

	#fire(timer: Timer) {
		this.#timers = this.#timers.filter((other) => other !== timer);
		timer.run();
	}

	#pass(ms: number) {
		this.#now += ms;
		this.#wall += ms;
	}
}

/** Every promise that can settle without time passing has done so. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
