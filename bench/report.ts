/** The results as Markdown: a table a row, ratios first, then the absolute figures, then what it ran on. */
import type { Goal, Verdict } from './rows/row.ts';
import { type Spread, spread } from './statistics.ts';
import type { RowResult } from './trials.ts';

export interface Conditions {
	rounds: number;
	quick: boolean;
	machine: Record<string, string>;
}

export function markdown(results: readonly RowResult[], { rounds, quick, machine }: Conditions): string {
	const basis = `Medians of ${rounds} interleaved runs, with the least and the greatest.`;
	const warning = quick
		? ' **Taken with `--quick`: shorter loads than the goals demand, good for nothing but trying the bench.**'
		: '';
	const machineRows = Object.entries(machine).map(([name, value]) => `| ${name} | ${value} |`);
	return [
		`${basis}${warning}`,
		...results.map(section),
		`### Machine and versions\n\n| | |\n|---|---|\n${machineRows.join('\n')}`,
	].join('\n\n');
}

function section({ row, rounds, failures, verdicts }: RowResult): string {
	const lines = [`### ${row.name}`, '', `${capitalised(row.work)}.`, ''];
	if (failures.length > 0) lines.push('**Failed:**', '', ...failures.map((failure) => `- ${failure}`), '');
	if (verdicts.length > 0)
		lines.push(
			'| measured | goal | median (min–max) | met |',
			'|---|---|---|---|',
			...verdicts.map((each) => verdict(each, failures)),
			'',
		);
	const figures = row.illustrations.flatMap(({ what, unit, peer, figure }) => {
		const values = rounds.map((round) => round[peer]?.[figure]).filter((value) => value !== undefined);
		return values.length === 0 ? [] : [`| ${what} | ${range(spread(values))} ${unit} |`];
	});
	if (figures.length > 0) lines.push('| for illustration | median (min–max) |', '|---|---|', ...figures);
	return lines.join('\n').trimEnd();
}

function verdict({ goal, measured, met }: Verdict, failures: readonly string[]): string {
	const demanded = goal.least !== undefined || goal.most !== undefined;
	const answer = !demanded ? '' : failures.length > 0 ? 'failed' : met ? 'yes' : '**no**';
	return `| ${goal.what} | ${bound(goal)} | ${range(measured)} ${goal.unit ?? ''} | ${answer} |`.replaceAll('  ', ' ');
}

function bound({ least, most, unit = '' }: Goal): string {
	if (least !== undefined) return `≥ ${least} ${unit}`.trim();
	return most === undefined ? '' : `≤ ${most} ${unit}`.trim();
}

const range = ({ median, min, max }: Spread) =>
	min === max ? number(median) : `${number(median)} (${number(min)}–${number(max)})`;

/** Three significant digits, thousands apart. */
const number = (value: number) => Number(value.toPrecision(3)).toLocaleString('en').replaceAll(',', ' ');

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const BEGIN = '<!-- figures: written by `bun run bench --write` -->';
const END = '<!-- end of figures -->';

/** @throws Error where the document lacks the markers */
export function between(document: string, figures: string): string {
	const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
	if (from < 0 || to < from) throw new Error(`expected ${BEGIN} and ${END} in the document`);
	return `${document.slice(0, from)}${BEGIN}\n\n${figures}\n\n${document.slice(to)}`;
}
