/** Figures as people read them: counts, shares, sizes, durations and times. The formatters are made once: making one costs more than using it. */
import { inEachLanguage, intlLocale } from '../language.ts';

/** Where nothing was measured. */
export const NOTHING = '–';

/** Everything that depends on the language. */
const formats = inEachLanguage((locale) => {
	const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
	const unit = (name: string, options: Intl.NumberFormatOptions = {}) => number({ style: 'unit', unit: name, ...options });
	return {
		whole: number({ maximumFractionDigits: 0 }),
		fine: number({ maximumFractionDigits: 1 }),
		finer: number({ maximumFractionDigits: 2 }),
		compact: number({ notation: 'compact', maximumFractionDigits: 1 }),
		percent: number({ style: 'percent', maximumFractionDigits: 1 }),
		finePercent: number({ style: 'percent', maximumFractionDigits: 2 }),
		sizes: ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'].map((name) =>
			unit(name, { maximumFractionDigits: 1, unitDisplay: name === 'byte' ? 'narrow' : 'short' }),
		),
		wholeMs: unit('millisecond', { maximumFractionDigits: 0 }),
		fineMs: unit('millisecond', { maximumFractionDigits: 1 }),
		fineSeconds: unit('second', { maximumFractionDigits: 1, unitDisplay: 'narrow' }),
		parts: (['day', 'hour', 'minute', 'second'] as const).map((name) =>
			unit(name, { unitDisplay: 'narrow', maximumFractionDigits: 0 }),
		),
		/** Between the parts of a duration. */
		space: locale.startsWith('zh') ? '' : ' ',
	};
});
const partMs = [86_400_000, 3_600_000, 60_000, 1_000];

type Value = number | null;
const known = (value: Value, write: (value: number) => string) => (value === null ? NOTHING : write(value));

/** `12 345` */
export const count = (value: Value) => known(value, (some) => formats().whole.format(some));
/** Keeps a digit after the point only where it says something: `0.25`, `4.2`, `1 234`. */
export const decimal = (value: Value) =>
	known(value, (some) => {
		const { whole, fine, finer } = formats();
		return (some >= 100 ? whole : some >= 1 ? fine : finer).format(some);
	});
/** Short, for an axis: `12K`. */
export const short = (value: Value) => known(value, (some) => formats().compact.format(some));
/** A share from 0 to 1. What is nearly all is not written as all of it. */
export const share = (value: Value) =>
	known(value, (some) => {
		const { finePercent, percent } = formats();
		const written = some > 0.99 && some < 1 ? Math.min(some, 0.9999) : some;
		return (written > 0.99 && written < 1 ? finePercent : percent).format(written);
	});

/** Bytes, in powers of a thousand. */
export const bytes = (value: Value) =>
	known(value, (some) => {
		if (some === 0) return '0';
		const { sizes } = formats();
		const power = some < 1 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log10(some) / 3));
		return sizes[power]?.format(some / 1_000 ** power) ?? NOTHING;
	});

/** A time that something took, in milliseconds: `0.8 ms`, `45 ms`, `1.2s`. */
export const took = (value: Value) =>
	known(value, (some) => {
		if (some >= 1_000) return lasted(some);
		const { fineMs, wholeMs } = formats();
		return (some < 10 ? fineMs : wholeMs).format(some);
	});

/** How long something lasts, in milliseconds, in its two largest parts: `45s`, `2m 5s`, `3d 4h`. */
export const lasted = (value: Value) =>
	known(value, (some) => {
		const { fineSeconds, parts, space } = formats();
		if (some < 10_000) return fineSeconds.format(some / 1_000);
		const first = partMs.findIndex((length) => some >= length);
		let rest = some;
		return partMs
			.slice(first, first + 2)
			.flatMap((length, index) => {
				const amount = Math.floor(rest / length);
				rest -= amount * length;
				return amount > 0 ? [parts[first + index]?.format(amount) ?? ''] : [];
			})
			.join(space);
	});

export interface Times {
	/** `12:03:10` */
	second(at: number): string;
	/** `12:03` */
	minute(at: number): string;
	/** `Tue 24 Nov, 12:03:10` */
	day(at: number): string;
}

/** @param timeZone absent: the one of this device */
export function createTimes(timeZone?: string): Times {
	const written = (options: Intl.DateTimeFormatOptions) => {
		const format = new Intl.DateTimeFormat(intlLocale(), { hourCycle: 'h23', timeZone, ...options });
		return (at: number) => format.format(at);
	};
	const minute = { hour: '2-digit', minute: '2-digit' } as const;
	return {
		second: written({ ...minute, second: '2-digit' }),
		minute: written(minute),
		day: written({ weekday: 'short', day: 'numeric', month: 'short', ...minute, second: '2-digit' }),
	};
}
