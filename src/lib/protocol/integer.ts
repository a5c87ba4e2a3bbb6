/** Whole numbers on the wire: counters, offsets, limits. */
import * as v from 'valibot';

export const integer = (least: number) =>
	v.custom<number>((value) => Number.isSafeInteger(value) && Number(value) >= least, `expected an integer from ${least}`);
