/** Processes on a core of their own, with room for many sockets, and what the kernel says they used. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { until } from './until.ts';

/** On one core alone, or without `taskset`, nothing is pinned and the figures say so. */
export const pinned = Bun.which('taskset') !== null && availableParallelism() >= 2;

/** The core of the server and that of the load generator. */
export const core = { server: 0, generator: 1 };

/** `command` on one core, with as many open files as the system allows. */
export function onCore(number: number, command: readonly string[]): string[] {
	const limit = 'ulimit -n "$(ulimit -Hn)"; exec "$@"';
	return ['sh', '-c', limit, 'sh', ...(pinned ? ['taskset', '-c', String(number)] : []), ...command];
}

/** Clock ticks a second of /proc: 100 on every Linux that Bun runs on. */
const TICKS = 100;

/** Seconds of CPU that a process and the children it has waited for have used, all their threads, user and system. */
export function cpuSeconds(pid: number): number {
	const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
	// The second field is the name in brackets, which may hold blanks: what follows it is counted from the third.
	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
	const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
	return ticks / TICKS;
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
	const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
	return Number(kilobytes) * 1024;
}

/** Resident memory once it has moved by less than half a per cent for 3 s. */
export async function settledBytes(pid: number): Promise<number> {
	const seen: number[] = [];
	await until(
		'the memory to settle',
		() => {
			seen.push(residentBytes(pid));
			const recent = seen.slice(-16);
			return recent.length === 16 && Math.max(...recent) - Math.min(...recent) <= Math.max(...recent) * 0.005;
		},
		{ everyMs: 200, timeoutMs: 60_000 },
	);
	return residentBytes(pid);
}
