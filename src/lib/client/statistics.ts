/** Counts, round trips and drops: what the badge, the status page and a bug report show. */
import type { ClientStats, Quality } from './types.ts';

/** Round trips and errors that are kept. */
const KEPT = 100;
/** A drop longer ago than this says nothing about the connection now, in milliseconds. */
const RECENT = 300_000;

/** What a connection must be at least to be called so: p95 and jitter of its round trips in milliseconds, drops in five minutes. */
const grades: [Quality, number, number, number][] = [
	['excellent', 150, 50, 0],
	['good', 400, 150, 1],
	['fair', 1_000, 500, 3],
];

export function createStatistics() {
	const counts: Omit<ClientStats, 'roundTrip'> = {
		connects: 0,
		reconnects: 0,
		failedAttempts: 0,
		messages: { queued: 0, sent: 0, acked: 0, received: 0, failed: 0, duplicates: 0 },
		lastRecoveryMs: null,
	};
	const roundTrips: number[] = [];
	const drops: number[] = [];

	/** The nearest rank: a value that was really measured. */
	const percentile = (share: number) =>
		[...roundTrips].sort((a, b) => a - b)[Math.max(0, Math.ceil(roundTrips.length * share) - 1)] ?? null;

	/** The mean difference between neighbours, as RFC 3550 means it. */
	const jitter = () => {
		const steps = roundTrips.slice(1).map((ms, index) => Math.abs(ms - (roundTrips[index] ?? ms)));
		return steps.reduce((sum, step) => sum + step, 0) / (steps.length || 1);
	};

	return {
		counts,
		roundTrip: (ms: number) => keep(roundTrips, ms),
		/** A connection that had been up was lost. */
		drop: (now: number) => keep(drops, now),
		quality(now: number): Quality {
			const recent = drops.filter((at) => now - at < RECENT).length;
			const p95 = percentile(0.95);
			if (p95 === null) return recent > 0 ? 'poor' : 'unknown';
			return grades.find(([, slow, uneven, often]) => p95 <= slow && jitter() <= uneven && recent <= often)?.[0] ?? 'poor';
		},
		snapshot: (): ClientStats => ({
			...counts,
			messages: { ...counts.messages },
			roundTrip: {
				p50: percentile(0.5),
				p95: percentile(0.95),
				last: roundTrips.at(-1) ?? null,
				jitter: roundTrips.length > 1 ? jitter() : null,
			},
		}),
	};
}

/** Adds the newest, forgets the oldest. */
export function keep<Item>(items: Item[], item: Item): void {
	items.push(item);
	if (items.length > KEPT) items.shift();
}
