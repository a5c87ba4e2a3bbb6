/** T-81: a server that breaks one promise is caught, whichever it is. A checker that lets one pass proves nothing about the others. */
import { describe, it } from 'bun:test';
import { rmSync } from 'node:fs';
import { mutantNames } from '../support/mutants/mutants.ts';
import { describeReport } from './report.ts';
import { settingsOf } from './settings.ts';
import { torture } from './torture.ts';

describe('T-81: the checker catches a server that', () => {
	const deeds: Record<(typeof mutantNames)[number], string> = {
		drop: 'acknowledges a message without storing it',
		double: 'stores a message again that is sent again',
		swap: 'swaps neighbours in the log',
		phantom: 'alters a text',
		'reuse-offset': 'uses an offset again after a restart',
		'hide-gap': 'hides that messages were trimmed',
		'leak-vote': 'tells what somebody has voted',
		miscount: 'counts another card than was played',
		'early-ack': 'acknowledges before the commit',
	};
	const cases = [
		...mutantNames.map((mutant) => ({ mutant, transports: 'switching' as const, over: '' })),
		// What a poll shows is no less than what a WebSocket does.
		{ mutant: 'hide-gap' as const, transports: 'long-polling' as const, over: ', over long-polling alone' },
		{ mutant: 'early-ack' as const, transports: 'event-stream' as const, over: ', over event streams alone' },
	];
	for (const { mutant, transports, over } of cases) {
		it(`${deeds[mutant]}${over}`, async () => {
			// 10 s of faults, and 5 s each to come to rest and to be audited: no more than 30 s in all.
			const short = { clients: 6, rooms: 2, messages: 4_000, rate: 400, kills: 2, retention: 200, deadline: 5_000, hasty: true };
			for (const seed of [1, 2, 3]) {
				const report = await torture(settingsOf({ ...short, seed, mutant, transports }));
				rmSync(report.settings.history, { force: true });
				if (report.violations.length > 0) return;
				// A kill may come when there is nothing to break; the next seed kills at other moments.
				console.log(`not caught with seed ${seed}:\n${describeReport(report)}`);
			}
			throw new Error(`${mutant} is not caught`);
		}, 90_000);
	}
});
