/** The forms of settings: a number, a list. */
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

/** Several in one, with commas between them. */
export const items = v.pipe(
	v.string(),
	v.transform((text) =>
		text
			.split(',')
			.map((item) => item.trim())
			.filter(Boolean),
	),
);
export const list = v.optional(items, '');
