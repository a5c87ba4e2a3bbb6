/** Servers that break one promise each, on purpose: what the checker must catch. Each wraps the product's log. */
import type { MessageLog } from '../../../src/lib/server/log/message-log.ts';
import type { Random } from '../random.ts';
import { hideGap, reuseOffset } from './reading.ts';
import { double, drop, leakVote, miscount, phantom, swap } from './storing.ts';

export type Mutant = (log: MessageLog, random: Random) => MessageLog;

/** By the name that `MUTANT` takes. `early-ack` is not a wrapper: see `snapshot.ts`. */
export const mutants = {
	drop,
	double,
	swap,
	phantom,
	'reuse-offset': reuseOffset,
	'hide-gap': hideGap,
	'leak-vote': leakVote,
	miscount,
	'early-ack': (log) => log,
} as const satisfies Record<string, Mutant>;
export type MutantName = keyof typeof mutants;
export const mutantNames = [
	'drop',
	'double',
	'swap',
	'phantom',
	'reuse-offset',
	'hide-gap',
	'leak-vote',
	'miscount',
	'early-ack',
] as const satisfies MutantName[];
