/** Runs the trials of a row, round by round, peer by peer, so that whatever the machine does meanwhile meets all of them. */
import * as v from 'valibot';
import { core, onCore } from './processes.ts';
import type { Figures, Rounds, Row, Verdict } from './rows/row.ts';
import { type PeerName, root } from './servers.ts';
import { spread } from './statistics.ts';

const outcome = v.variant('ok', [
	v.object({ ok: v.literal(true), figures: v.record(v.string(), v.number()) }),
	v.object({ ok: v.literal(false), reason: v.string() }),
]);

export interface RowResult {
	row: Row;
	rounds: Rounds;
	/** What went wrong, peer by peer: one is enough for the row to have failed. */
	failures: string[];
	verdicts: Verdict[];
}

export interface RunOptions {
	quick: boolean;
	rounds: number;
	/** Leaves out the others, for work on one server. */
	peers: readonly PeerName[] | null;
	log: (line: string) => void;
}

export async function runRow(row: Row, { quick, rounds: count, peers, log }: RunOptions): Promise<RowResult> {
	const rounds: Partial<Record<PeerName, Figures>>[] = [];
	const failures: string[] = [];
	for (let number = 1; number <= count; number++) {
		const round: Partial<Record<PeerName, Figures>> = {};
		rounds.push(round);
		for (const peer of row.peers.filter((each) => peers?.includes(each) ?? true)) {
			const result = await runTrial(row.name, peer, quick);
			if (result.ok) round[peer] = result.figures;
			else failures.push(`${peer}, round ${number}: ${result.reason}`);
			log(`${row.name} ${number}/${count} ${peer}: ${result.ok ? describe(result.figures) : `FAILED: ${result.reason}`}`);
		}
	}
	return { row, rounds, failures, verdicts: verdictsOf(row, rounds) };
}

const describe = (figures: Figures) =>
	Object.entries(figures)
		.map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
		.join(', ');

async function runTrial(row: string, peer: PeerName, quick: boolean): Promise<v.InferOutput<typeof outcome>> {
	const command = ['bun', 'bench/trial.ts', row, peer, ...(quick ? ['--quick'] : [])];
	const child = Bun.spawn(onCore(core.generator, command), { cwd: root, stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' });
	const end = () => child.kill();
	process.once('exit', end);
	const [text] = await Promise.all([new Response(child.stdout).text(), child.exited]);
	process.off('exit', end);
	const last = text.trimEnd().split('\n').at(-1) ?? '';
	if (last === '')
		return { ok: false, reason: `the load generator ended with ${child.exitCode ?? child.signalCode} and no word` };
	return v.parse(v.pipe(v.string(), v.parseJson(), outcome), last);
}

function verdictsOf(row: Row, rounds: Rounds): Verdict[] {
	return row.goals.flatMap((goal) => {
		const values = rounds.map((round) => goal.measured(round)).filter((value) => value !== null);
		if (values.length === 0) return [];
		const measured = spread(values);
		const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = goal;
		return [{ goal, measured, met: measured.median >= least && measured.median <= most }];
	});
}
