/** Counts, round trips, and the errors of late: what the badge, the status page and a bug report show. */
import type { ClientStats, ErrorRecord, Quality } from './types.ts';

/** Round trips and errors that are kept. */
const KEPT = 100;
/** A drop longer ago than this says nothing about the connection now, in milliseconds. */
const RECENT = 300_000;

/** What a connection must be at least to be called so: round trips in milliseconds, drops in five minutes. */
const grades: { quality: Quality; p95: number; jitter: number; drops: number }[] = [
	{ quality: 'excellent', p95: 150, jitter: 50, drops: 0 },
	{ quality: 'good', p95: 400, jitter: 150, drops: 1 },
	{ quality: 'fair', p95: 1_000, jitter: 500, drops: 3 },
];

export class Statistics {
	readonly messages = { queued: 0, sent: 0, acked: 0, received: 0, failed: 0, duplicates: 0 };
	connects = 0;
	reconnects = 0;
	failedAttempts = 0;
	lastRecoveryMs: number | null = null;
	readonly #roundTrips: number[] = [];
	readonly #errors: ErrorRecord[] = [];
	#drops: number[] = [];

	roundTrip(ms: number): void {
		keep(this.#roundTrips, ms);
	}

	error(record: ErrorRecord): void {
		keep(this.#errors, record);
	}

	/** A connection that had been up was lost. */
	drop(now: number): void {
		keep(this.#drops, now);
	}

	get errors(): readonly ErrorRecord[] {
		return [...this.#errors];
	}

	quality(now: number): Quality {
		const drops = this.#drops.filter((at) => now - at < RECENT).length;
		const p95 = percentile(this.#roundTrips, 0.95);
		if (p95 === null) return drops > 0 ? 'poor' : 'unknown';
		const jitter = this.#jitter();
		return grades.find((grade) => p95 <= grade.p95 && jitter <= grade.jitter && drops <= grade.drops)?.quality ?? 'poor';
	}

	snapshot(): ClientStats {
		const { connects, reconnects, failedAttempts, lastRecoveryMs } = this;
		const roundTrip = {
			p50: percentile(this.#roundTrips, 0.5),
			p95: percentile(this.#roundTrips, 0.95),
			last: this.#roundTrips.at(-1) ?? null,
			jitter: this.#roundTrips.length > 1 ? this.#jitter() : null,
		};
		return { roundTrip, connects, reconnects, failedAttempts, messages: { ...this.messages }, lastRecoveryMs };
	}

	/** The mean difference between neighbours, as RFC 3550 means it. */
	#jitter(): number {
		const [, ...later] = this.#roundTrips;
		const total = later.reduce((sum, ms, index) => sum + Math.abs(ms - (this.#roundTrips[index] ?? ms)), 0);
		return later.length > 0 ? total / later.length : 0;
	}
}

function keep<Item>(items: Item[], item: Item) {
	items.push(item);
	if (items.length > KEPT) items.shift();
}

/** The nearest rank: a value that was really measured. */
function percentile(values: readonly number[], share: number): number | null {
	return [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? null;
}
