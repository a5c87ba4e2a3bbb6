/** A real reverse proxy as a process of its own, on the settings file of the docs, with named lines changed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Lines, startChild } from './child.ts';
import { freePort } from './free-port.ts';
import { type Changes, changeLines } from './settings-lines.ts';
import { until } from './until.ts';

export interface ReverseProxyOptions {
	/** Where the server listens, on 127.0.0.1. */
	upstreamPort: number;
	/** Lines that differ from the docs, beside addresses and paths. */
	changes?: Changes;
}

export interface ReverseProxy {
	readonly port: number;
	/** Such as `http://127.0.0.1:40123`. */
	readonly url: string;
	/** Puts other settings in force as an operator does, and waits until they are: old connections live on as those settings say. */
	reload(changes?: Changes): Promise<void>;
	/** The last lines it printed. */
	log(): string;
	/** Ends it with all its connections. Calling it twice does nothing. */
	close(): Promise<void>;
}

/** What differs between one proxy and the other. */
export interface Program {
	/** In `docs/operations`. */
	file: string;
	command(settings: string, folder: string): string[];
	/** The lines that name ports, paths and users: those that a test must change. */
	place(folder: string, port: number, upstreamPort: number): Changes;
	/** Whether it takes signals by now: it may listen earlier, and lose one. `printed` is what it has said so far. */
	started(folder: string, printed: string): boolean | Promise<boolean>;
	reload: 'SIGHUP' | 'SIGUSR2';
	/** What it prints once after each reload, when its old process takes no more connections. */
	reloaded: RegExp;
}

export async function startReverseProxy(program: Program, { upstreamPort, changes }: ReverseProxyOptions): Promise<ReverseProxy> {
	const folder = mkdtempSync(join(tmpdir(), 'holdfast-proxy-'));
	const settings = join(folder, program.file);
	const port = freePort();
	const original = readFileSync(resolve(import.meta.dir, '../../docs/operations', program.file), 'utf8');
	const place = program.place(folder, port, upstreamPort);
	const write = (changes: Changes = {}) => writeFileSync(settings, changeLines(original, { ...place, ...changes }));
	const lines = new Lines();
	let reloads = 0;

	write(changes);
	const child = startChild(program.command(settings, folder), {
		env: { PATH: process.env.PATH ?? '' },
		ending: 'TERM',
		line(line) {
			lines.add(line);
			if (program.reloaded.test(line)) reloads += 1;
		},
	});
	const isGone = () => child.exitCode !== null || child.signalCode !== null;
	/** Waits for a condition; says what was printed when it does not come. */
	async function reach(condition: () => boolean | Promise<boolean>, what: string) {
		try {
			await until(async () => isGone() || (await condition()), what);
			if (isGone()) throw new Error(`it ended with ${child.signalCode ?? child.exitCode}`);
		} catch (error) {
			await close();
			throw new Error(
				`${program.file}: ${what}: ${error instanceof Error ? error.message : error}; it printed:\n${lines.tail()}`,
				{
					cause: error,
				},
			);
		}
	}
	async function close() {
		if (!isGone()) child.kill('SIGTERM');
		await child.exited;
		rmSync(folder, { recursive: true, force: true });
	}

	const isStarted = () => program.started(folder, lines.tail());
	await reach(async () => (await isStarted()) && accepts(port), 'it listens');
	return {
		port,
		url: `http://127.0.0.1:${port}`,
		async reload(changes) {
			const before = reloads;
			write(changes);
			child.kill(program.reload);
			await reach(() => reloads > before && isStarted(), 'it has reloaded');
		},
		log: () => lines.tail(),
		close,
	};
}

async function accepts(port: number): Promise<boolean> {
	try {
		const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data() {} } });
		socket.end();
		return true;
	} catch {
		return false; // refused: that is the answer
	}
}
