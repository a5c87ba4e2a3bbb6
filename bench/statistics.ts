/** Medians with their range: what a handful of runs can honestly say. */

export interface Spread {
	median: number;
	min: number;
	max: number;
}

/** The value below which the share `q` of the values lies, between the two nearest. Empty: NaN. */
export function quantile(values: readonly number[], q: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	const place = q * (sorted.length - 1);
	const low = sorted[Math.floor(place)] ?? Number.NaN;
	const high = sorted[Math.ceil(place)] ?? Number.NaN;
	return low + (high - low) * (place - Math.floor(place));
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

export const spread = (values: readonly number[]): Spread => ({
	median: median(values),
	min: Math.min(...values),
	max: Math.max(...values),
});
