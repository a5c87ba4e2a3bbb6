/** The bench: `bun bench/run.ts [row…] [--quick] [--rounds N] [--peers a,b] [--json FILE] [--write]`, from the project's root. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from './machine.ts';
import { between, markdown } from './report.ts';
import { rows } from './rows/index.ts';
import { isPeer, root } from './servers.ts';
import { type RowResult, runRow } from './trials.ts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		quick: { type: 'boolean', default: false },
		rounds: { type: 'string', default: '3' },
		peers: { type: 'string' },
		json: { type: 'string' },
		write: { type: 'boolean', default: false },
	},
});

const unknown = positionals.filter((name) => !rows.some((row) => row.name === name));
const peers = values.peers?.split(',') ?? null;
const rounds = Number(values.rounds);
if (unknown.length > 0) stop(`no such row: ${unknown.join(', ')}; there are ${rows.map(({ name }) => name).join(', ')}`);
if (peers && !peers.every(isPeer)) stop(`no such peer among ${peers.join(', ')}`);
if (!(Number.isInteger(rounds) && rounds > 0)) stop(`--rounds: expected a whole number of 1 or more, got ${values.rounds}`);
// What is published is the whole of one run, never a good row beside an older one.
if (values.write && (values.quick || peers || positionals.length > 0)) stop('--write takes every row and peer, and no --quick');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

prepare(['bun', 'install', '--frozen-lockfile', '--silent', '--cwd', 'bench']);
if (!existsSync(join(root, 'build'))) prepare(['bun', 'run', 'build']);

const chosen = rows.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const results: RowResult[] = [];
for (const row of chosen)
	results.push(
		await runRow(row, { quick: values.quick, rounds, peers: peers?.filter(isPeer) ?? null, log: (line) => console.error(line) }),
	);

const conditions = { rounds, quick: values.quick, machine: machine() };
const figures = markdown(results, conditions);
console.log(figures);
if (values.json) {
	const plain = results.map(({ row, ...measured }) => ({ name: row.name, work: row.work, ...measured }));
	await Bun.write(values.json, `${JSON.stringify({ ...conditions, results: plain }, null, '\t')}\n`);
}
if (values.write) {
	const page = Bun.file(join(root, 'docs/BENCHMARKS.md'));
	await Bun.write(page, between(await page.text(), figures));
}
// A goal that is missed is a result; a delivery that is missing is a failure.
process.exit(results.some(({ failures }) => failures.length > 0) ? 1 : 0);

function prepare(command: string[]) {
	const { exitCode } = Bun.spawnSync(command, { cwd: root, stdout: 'inherit', stderr: 'inherit' });
	if (exitCode !== 0) stop(`${command.join(' ')} failed`);
}

function stop(message: string): never {
	console.error(message);
	process.exit(2);
}
