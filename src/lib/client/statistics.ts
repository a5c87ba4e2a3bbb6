/** Counts, round trips, drops and recoveries: what the badge, the status page and a bug report show. */
import type { ClientStats, Quality } from './types.ts';

/** Round trips, recoveries and errors that are kept. */
const KEPT = 100;
/** A drop longer ago than this says nothing about the connection now, in milliseconds. */
const RECENT = 300_000;

/** From which score on a connection is called so. */
const grades: [Quality, number][] = [
	['excellent', 90],
	['good', 70],
	['fair', 40],
	['poor', 0],
];
/** What a value makes of the score, with straight lines in between: the grades' limits are at 90, 70 and 40. */
type Curve = [value: number, score: number][];
const slow: Curve = curve(150, 400, 1_000, 3_000);
const uneven: Curve = curve(50, 150, 500, 1_500);
const often: Curve = [
	[0, 100],
	[1, 70],
	[3, 40],
	[6, 0],
];

export function createStatistics() {
	const counts: Omit<ClientStats, 'roundTrip' | 'recovery' | 'score' | 'transports'> = {
		connects: 0,
		reconnects: 0,
		failedAttempts: 0,
		messages: { queued: 0, sent: 0, acked: 0, received: 0, failed: 0, duplicates: 0 },
	};
	const transports: ClientStats['transports'] = {};
	const roundTrips: number[] = [];
	const recoveries: number[] = [];
	const drops: number[] = [];
	let downSince: number | null = null;

	/** The mean difference between neighbours, as RFC 3550 means it. */
	const jitter = () => {
		const steps = roundTrips.slice(1).map((ms, index) => Math.abs(ms - (roundTrips[index] ?? ms)));
		return steps.reduce((sum, step) => sum + step, 0) / (steps.length || 1);
	};

	/** From 0 to 100: the worst of speed, evenness and steadiness. Null as long as nothing was measured. */
	function score(now: number): number | null {
		const recent = drops.filter((at) => now - at < RECENT).length;
		const p95 = percentile(roundTrips, 0.95);
		if (p95 === null) return recent > 0 ? 0 : null;
		return Math.round(Math.min(at(slow, p95), at(uneven, jitter()), at(often, recent)));
	}

	const of = (transport: string) => {
		transports[transport] ??= { attempts: 0, successes: 0 };
		return transports[transport];
	};

	return {
		counts,
		roundTrip: (ms: number) => keep(roundTrips, ms),
		tried: (transport: string) => void of(transport).attempts++,
		carried: (transport: string) => void of(transport).successes++,
		connected() {
			counts.connects++;
			if (downSince !== null) counts.reconnects++;
		},
		/** Every room is live. */
		live(now: number) {
			if (downSince !== null) keep(recoveries, now - downSince);
			downSince = null;
		},
		/** @param connectedMs how long it had been up; null for an attempt that failed */
		dropped(now: number, connectedMs: number | null) {
			if (connectedMs === null) counts.failedAttempts++;
			else {
				keep(drops, now);
				downSince ??= now;
			}
		},
		quality(now: number): Quality {
			const points = score(now);
			return points === null ? 'unknown' : (grades.find(([, least]) => points >= least)?.[0] ?? 'poor');
		},
		snapshot: (now: number): ClientStats => ({
			...counts,
			messages: { ...counts.messages },
			roundTrip: {
				p50: percentile(roundTrips, 0.5),
				p95: percentile(roundTrips, 0.95),
				last: roundTrips.at(-1) ?? null,
				jitter: roundTrips.length > 1 ? jitter() : null,
			},
			score: score(now),
			transports: Object.fromEntries(Object.entries(transports).map(([name, each]) => [name, { ...each }])),
			recovery: { p50: percentile(recoveries, 0.5), p95: percentile(recoveries, 0.95), last: recoveries.at(-1) ?? null },
		}),
	};
}

/** Adds the newest, forgets the oldest. */
export function keep<Item>(items: Item[], item: Item): void {
	items.push(item);
	if (items.length > KEPT) items.shift();
}

/** The nearest rank: a value that was really measured. */
function percentile(values: readonly number[], share: number): number | null {
	return [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? null;
}

function curve(excellent: number, good: number, fair: number, unusable: number): Curve {
	return [
		[0, 100],
		[excellent, 90],
		[good, 70],
		[fair, 40],
		[unusable, 0],
	];
}

function at(points: Curve, value: number): number {
	const next = points.findIndex(([limit]) => value <= limit);
	const [to, low] = points[next] ?? [value, 0];
	const [from, high] = points[next - 1] ?? [to, low];
	return to === from ? low : high + ((low - high) * (value - from)) / (to - from);
}
