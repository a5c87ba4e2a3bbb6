/** What a chart shows, as a sentence: for whoever does not see it, or has no JavaScript. */
import type { Series } from '../../protocol/status.ts';
import { type Chart, units, windowLengths } from './charts.ts';
import { summarise } from './series.ts';

/** Such as "All: now 12, lowest 3, highest 40, average 11.5. Over HTTP: now 1, …". */
export function sentence({ lines, unit }: Chart, { values, window }: Series): string {
	const over = windowLengths[window].words;
	const told = lines.map(({ name, label, unit: own = unit }) => {
		const summary = summarise(values[name]);
		if (!summary) return null;
		const { write } = units[own];
		const now = summary.now === null ? 'not known now' : `now ${write(summary.now)}`;
		return `${label}: ${now}, lowest ${write(summary.lowest)}, highest ${write(summary.highest)}, average ${write(summary.average)}.`;
	});
	const sentences = told.filter((one) => one !== null);
	return sentences.length === 0 ? `Nothing was measured in ${over}.` : `In ${over}. ${sentences.join(' ')}`;
}
