/** What a figure was measured on and with: without it no figure means anything. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { pinned } from './processes.ts';

const manifest = v.object({ version: v.string() });
const versionOf = (folder: string) =>
	v.parse(v.pipe(v.string(), v.parseJson(), manifest), readFileSync(join(import.meta.dir, folder, 'package.json'), 'utf8'))
		.version;

/** By name, in the order of printing. */
export function machine(): Record<string, string> {
	return {
		Date: new Date().toISOString().slice(0, 10),
		CPU: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores`,
		Pinning: pinned ? 'server on one core, load generator on another' : 'none: one core, or no taskset',
		Memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
		Kernel: `Linux ${release()}`,
		Bun: Bun.version,
		Node: Bun.spawnSync(['node', '--version']).stdout.toString().trim().slice(1),
		Holdfast: versionOf('..'),
		'Socket.IO': versionOf('node_modules/socket.io'),
		ws: versionOf('node_modules/ws'),
	};
}
