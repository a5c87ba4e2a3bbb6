/** Times as people read them, in one time zone. The formatters are made once: making one costs more than using it. */
import type { Calendar } from './rows.ts';

export interface WrittenCalendar extends Calendar {
	/** "14:02" */
	time(at: number): string;
	/** "Friday 20 November 2026" */
	date(at: number): string;
	/** "20 Nov, 14:02" */
	moment(at: number): string;
}

/** Minutes whose texts are remembered: of messages that come by the thousand, many share one. */
const REMEMBERED = 20_000;
const MINUTE = 60_000;

/** @param timeZone absent: the one of this device */
export function createCalendar(locale: string, timeZone?: string): WrittenCalendar {
	const date = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone });
	const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone });
	const moment = new Intl.DateTimeFormat(locale, {
		day: 'numeric',
		month: 'short',
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23',
		timeZone,
	});
	const minutes = new Map<number, { day: string; minute: string }>();
	const of = (at: number) => {
		const minute = Math.floor(at / MINUTE);
		const known = minutes.get(minute);
		if (known) return known;
		const written = { day: date.format(at), minute: time.format(at) };
		if (minutes.size >= REMEMBERED) minutes.clear();
		minutes.set(minute, written);
		return written;
	};
	return {
		date: (at) => date.format(at),
		moment: (at) => moment.format(at),
		time: (at) => of(at).minute,
		day: (at) => of(at).day,
		minute: (at) => of(at).minute,
	};
}
