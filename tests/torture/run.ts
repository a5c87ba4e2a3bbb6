/**
 * `bun run torture -- --seed S --clients 12 --rooms 3 --messages 5000 --kills 3 --transports MODE --mutant NAME`: one round,
 * code 1 when a promise broke, or when none could have. `--minutes M` goes on with the next seed, round after round.
 * `--judge FILE` judges the history of an earlier round.
 */
import { check, describeViolations } from '../support/checker.ts';
import { readHistory } from '../support/history.ts';
import { describeReport } from './report.ts';
import { nextRound, readArguments } from './settings.ts';
import { torture } from './torture.ts';

const { settings, judge } = readArguments(process.argv.slice(2));
if (judge !== undefined) {
	const violations = check(await readHistory(judge));
	console.log(violations.length > 0 ? describeViolations(violations, 10) : 'every promise held');
	process.exit(violations.length > 0 ? 1 : 0);
}
const end = performance.now() + settings.minutes * 60_000;
for (let round = settings; ; round = nextRound(round)) {
	console.log(`seed ${round.seed}`);
	const report = await torture(round);
	console.log(describeReport(report));
	if (report.violations.length + report.restless.length + report.hollow.length > 0) process.exit(1);
	if (performance.now() >= end) process.exit(0);
}
