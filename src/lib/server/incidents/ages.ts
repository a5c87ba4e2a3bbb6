/** How old connections were when they broke: a proxy's idle timeout shows as a peak at its own age. */

export interface AgeBucket {
	/** From this age, in milliseconds, up to but not including the next; the last one has no end. */
	fromMs: number;
	toMs: number | null;
	count: number;
}

const SECOND = 1_000;
const steps = (from: number, to: number, step: number) =>
	Array.from({ length: (to - from) / step }, (_, index) => (from + index * step) * SECOND);
/** Fine where idle timeouts lie, coarse beyond. */
const bounds = [...steps(0, 120, 5), ...steps(120, 600, 30), ...steps(600, 3_600, 300), 3_600 * SECOND];

export class Ages {
	readonly #counts = new Uint32Array(bounds.length);
	/** Of all ages. */
	sumMs = 0;

	add(ageMs: number) {
		this.sumMs += ageMs;
		const next = bounds.findIndex((from) => ageMs < from);
		const index = next < 0 ? bounds.length - 1 : Math.max(0, next - 1);
		this.#counts[index] = (this.#counts[index] ?? 0) + 1;
	}

	/** The buckets that hold something. */
	get buckets(): AgeBucket[] {
		return bounds.flatMap((fromMs, index) => {
			const count = this.#counts[index] ?? 0;
			return count > 0 ? [{ fromMs, toMs: bounds[index + 1] ?? null, count }] : [];
		});
	}
}
