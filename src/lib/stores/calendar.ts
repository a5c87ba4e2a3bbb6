/** Times as people read them, in one time zone. The formatters are made once: making one costs more than using it. */
import type { Calendar } from './rows.ts';

export interface WrittenCalendar extends Calendar {
	/** "14:02" */
	time(at: number): string;
	/** "Friday 20 November 2026" */
	date(at: number): string;
}

/** @param timeZone absent: the one of this device */
export function createCalendar(locale: string, timeZone?: string): WrittenCalendar {
	const date = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone });
	const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone });
	return {
		date: (at) => date.format(at),
		time: (at) => time.format(at),
		day: (at) => date.format(at),
		minute: (at) => time.format(at),
	};
}
