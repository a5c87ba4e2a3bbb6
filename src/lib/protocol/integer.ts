/** Whole numbers on the wire: counters, offsets, limits. */
import * as v from 'valibot';

export const integer = (least: number, most = Number.MAX_SAFE_INTEGER) =>
	v.custom<number>(
		(value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
		`expected an integer from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}`,
	);
