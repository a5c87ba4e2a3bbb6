/** The form of a setting that is a number. */
import * as v from 'valibot';

/** A whole number from `least` to `most`; `fallback` when unset. */
export const whole = (fallback: number, least = 0, most = Number.MAX_SAFE_INTEGER) =>
	v.optional(
		v.pipe(
			v.string(),
			v.regex(/^\d+$/, 'expected a whole number'),
			v.transform(Number),
			v.minValue(least, `expected ${least} or more`),
			v.maxValue(most, `expected ${most} or less`),
		),
		String(fallback),
	);
