/** What a torture run can be told, on the command line and by tests. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { mutantNames } from '../support/mutants/mutants.ts';
import { transportModes } from './transports.ts';

const number = v.union([v.number(), v.pipe(v.string(), v.nonEmpty('expected a number'), v.toNumber())]);
const whole = (least: number) => v.pipe(number, v.safeInteger(), v.minValue(least));

const schema = v.object({
	/** The same seed plays the same faults and the same traffic; only the timing of the machine differs. */
	seed: v.optional(whole(0), () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0),
	clients: v.optional(whole(2), 12),
	rooms: v.optional(whole(1), 3),
	/** What carries the people: by default whatever the network lets through, which changes all the time. */
	transports: v.optional(v.picklist(transportModes), 'switching'),
	/** Messages sent at least. */
	messages: v.optional(whole(1), 5_000),
	/** Messages a second over all clients. */
	rate: v.optional(whole(1), 300),
	/** Plays round after round, each with the next seed, for this long. */
	minutes: v.optional(v.pipe(number, v.minValue(0)), 0),
	/** How often the server is killed and started again. */
	kills: v.optional(whole(0), 3),
	/** Messages a room keeps, 0 for all: a small number makes gaps happen. */
	retention: v.optional(whole(0), 400),
	/** A server that breaks a promise on purpose. */
	mutant: v.optional(v.picklist(mutantNames)),
	/** After the last fault everything must be in order within this time, in milliseconds. */
	deadline: v.optional(whole(1), 20_000),
	/** Ends the run at the first broken promise instead of letting it come to rest. */
	hasty: v.optional(v.boolean(), false),
	/** The file of the history, kept in any case; without it there is one while the run lasts, and after a broken promise. */
	history: v.optional(v.string()),
});

export type Settings = v.InferOutput<typeof schema> & { history: string; keep: boolean };

export function settingsOf(given: v.InferInput<typeof schema>): Settings {
	const settings = v.parse(schema, given);
	const history = settings.history ?? join(tmpdir(), `holdfast-torture-${settings.seed}-${process.pid}.jsonl`);
	return { ...settings, history, keep: settings.history !== undefined };
}

/** @throws Error when an argument is unknown or wrong */
export function readArguments(args: readonly string[]): { settings: Settings; judge: string | undefined } {
	const names = [...Object.keys(schema.entries), 'judge'];
	const options = Object.fromEntries(
		names.map((name) => [name, { type: name === 'hasty' ? ('boolean' as const) : ('string' as const) }]),
	);
	const { values } = parseArgs({ args: [...args], options });
	const { judge, ...given } = values;
	const result = v.safeParse(schema, given);
	if (result.success) return { settings: settingsOf(result.output), judge: typeof judge === 'string' ? judge : undefined };
	throw new Error(result.issues.map((issue) => `--${v.getDotPath(issue)}: ${issue.message}`).join('\n'));
}

/** The next round of a long run. */
export const nextRound = ({ seed, history, keep, ...settings }: Settings) =>
	settingsOf({ ...settings, seed: seed + 1, history: keep ? history : undefined });

/** The command that plays a round again. */
export function commandOf({ history, keep, minutes: _, ...settings }: Settings): string {
	const given = Object.entries({ ...settings, history: keep ? history : undefined });
	const args = given
		.filter(([, value]) => value !== undefined && value !== false)
		.map(([name, value]) => (value === true ? `--${name}` : `--${name} ${value}`));
	return `bun run torture -- ${args.join(' ')}`;
}
