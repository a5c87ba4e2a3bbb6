/** Time and chance come in from outside, so that a test can hold both in its hand. */

/** A running timer. Cancelling twice, or after it fired, does nothing. */
export type Cancel = () => void;

export interface Clock {
	/** Monotonic milliseconds. Never jumps with the wall clock; the origin means nothing. */
	now(): number;
	/** Wall time in milliseconds since 1970, for showing to people and storing. Never for deadlines. */
	wall(): number;
	/** Runs `run` once, `ms` milliseconds from now. */
	setTimeout(run: () => void, ms: number): Cancel;
	/** Uniform in [0, 1). */
	random(): number;
}

/** The longest that a timer can count; from one beyond it would fire at once. In milliseconds. */
const LONGEST = 2 ** 31 - 1;

export const systemClock: Clock = {
	now: () => performance.now(),
	wall: () => Date.now(),
	setTimeout(run, ms) {
		const timer = setTimeout(run, Math.min(ms, LONGEST));
		return () => clearTimeout(timer);
	},
	random: () => Math.random(),
};
