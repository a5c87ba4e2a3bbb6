/** One trial of one row with one peer, in a process of its own that is the load generator: `bun bench/trial.ts <row> <peer> [--quick]`. */
import { rows } from './rows/index.ts';
import type { Scale } from './rows/row.ts';
import { isPeer } from './servers.ts';

const [name, peer = '', mode] = process.argv.slice(2);
const row = rows.find((each) => each.name === name);
if (!row || !isPeer(peer)) throw new Error(`no such trial: ${name} ${peer}`);

const scale: Scale = mode === '--quick' ? { durationMs: 2_000, warmUpMs: 500 } : { durationMs: 5_000, warmUpMs: 2_000 };

// An exit is what takes the servers along, whoever asks for it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
	console.log(JSON.stringify({ ok: true, figures: await row.trial(peer, scale) }));
	process.exit(0);
} catch (error) {
	console.log(JSON.stringify({ ok: false, reason: error instanceof Error ? error.message : String(error) }));
	process.exit(1);
}
