/** What a chart shows, as a sentence: for whoever does not see it, or has no JavaScript. */
import { m } from '../../paraglide/messages.js';
import type { Series } from '../../protocol/status.ts';
import { type Chart, units, windowLengths } from './charts.ts';
import { summarise } from './series.ts';

/** Such as "All: now 12, lowest 3, highest 40, average 11.5. Over HTTP: now 1, …". */
export function sentence({ lines, unit }: Chart, { values, window }: Series): string {
	const span = windowLengths[window].words();
	const told = lines.map(({ name, label, unit: own = unit }) => {
		const summary = summarise(values[name]);
		if (!summary) return null;
		const { write } = units[own];
		const range = { lowest: write(summary.lowest), highest: write(summary.highest), average: write(summary.average) };
		if (summary.now === null) return m.status_line_told_unknown({ line: label(), ...range });
		return m.status_line_told({ line: label(), now: write(summary.now), ...range });
	});
	const sentences = told.filter((one) => one !== null);
	if (sentences.length === 0) return m.status_nothing_measured({ window: span });
	return m.status_measured({ window: span, lines: sentences.join(' ') });
}
