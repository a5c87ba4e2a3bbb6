/**
 * The real server as a process of its own, to be killed, frozen and started again at the same port. It dies with the process
 * that started it, and what it printed is at hand when something fails.
 */
import { resolve } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

export interface ServerOptions {
	/** Settings on top of the harness's own; nothing else of the environment is passed on. */
	env?: Record<string, string>;
	/** Folder of the database; the same one after each restart. */
	dataDir: string;
	/** What to run. @default the product's `server.ts`, which needs a build */
	entry?: string;
	/** How long a start may take, in milliseconds. @default 15000 */
	startTimeoutMs?: number;
}

export interface ServerProcess {
	/** Such as `http://127.0.0.1:40123`, the same for the whole life. */
	readonly url: string;
	readonly port: number;
	/** Of the process that runs now. */
	readonly pid: number;
	readonly running: boolean;
	/** Resident memory in bytes, 0 while it does not run. */
	memory(): Promise<number>;
	/** Ends it without a word, and waits until it is gone. */
	kill9(): Promise<void>;
	/** SIGTERM, and waits until it has left by itself. Rejects, and kills it, when it has not after 10 s. */
	stop(): Promise<void>;
	/** Freezes and thaws it: sockets stay open, nothing is answered. */
	sigstop(): void;
	sigcont(): void;
	/** Starts it at the same port, after `kill9` where it still runs; waits until it is ready. */
	restart(): Promise<void>;
	/** Waits until it answers that it is ready. */
	ready(): Promise<void>;
	/** The last lines it printed, over all its lives. */
	log(): string;
	/** Ends it for good. Calling it twice does nothing. */
	close(): Promise<void>;
}

const LINES = 200;
const STOP_TIMEOUT = 10_000;
/** The kernel ends the child with us, however we end; elsewhere the exit handler does, unless we are killed ourselves. */
const leash = Bun.which('setpriv') ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];

export async function startServer(options: ServerOptions): Promise<ServerProcess> {
	const entry = options.entry ?? resolve(import.meta.dir, '../../server.ts');
	const lines: string[] = [];
	let url = '';
	let child = await start(String(freePort()));

	async function start(port: string) {
		const started = Bun.spawn([...leash, process.execPath, entry], {
			env: {
				PATH: process.env.PATH ?? '',
				HOME: process.env.HOME ?? '',
				NODE_ENV: 'production',
				HOST: '127.0.0.1',
				DATA_DIR: options.dataDir,
				LOG_DIR: options.dataDir,
				...options.env,
				PORT: port,
			},
			stdin: 'ignore',
			stdout: 'pipe',
			stderr: 'pipe',
		});
		children.add(started);
		started.exited.finally(() => children.delete(started));
		let address: string | undefined;
		const keep = (line: string) => {
			lines.push(line);
			if (lines.length > 2 * LINES) lines.splice(0, LINES);
			address ??= line.match(/https?:\/\/[\w.-]+:\d+/)?.[0];
		};
		// Both run until the process has gone; a broken pipe means just that.
		for (const stream of [started.stdout, started.stderr]) collect(stream, keep).catch(() => {});
		try {
			await until(() => address || started.exitCode !== null, 'the server prints its address', options.startTimeoutMs ?? 15_000);
			if (!address) throw new Error(`the server ended with code ${started.exitCode} instead of starting`);
			url = address;
			await until(isReady, 'the server is ready', options.startTimeoutMs ?? 15_000);
		} catch (error) {
			started.kill('SIGKILL');
			throw new Error(`${error instanceof Error ? error.message : error}; it printed:\n${tail()}`, { cause: error });
		}
		return started;
	}
	function isReady() {
		const answer = fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) });
		return answer.then(
			({ ok }) => ok,
			() => false,
		);
	}
	function tail() {
		return lines.slice(-LINES).join('\n');
	}
	function isRunning() {
		return child.exitCode === null && child.signalCode === null;
	}
	async function end(signal: 'SIGKILL' | 'SIGTERM') {
		if (isRunning()) child.kill(signal);
		await child.exited;
	}

	return {
		get url() {
			return url;
		},
		get port() {
			return Number(new URL(url).port);
		},
		get pid() {
			return child.pid;
		},
		get running() {
			return isRunning();
		},
		async memory() {
			if (!isRunning()) return 0;
			const status = await Bun.file(`/proc/${child.pid}/status`)
				.text()
				.catch(() => '');
			return Number(status.match(/VmRSS:\s+(\d+) kB/)?.[1] ?? 0) * 1024;
		},
		kill9: () => end('SIGKILL'),
		async stop() {
			const late = setTimeout(() => end('SIGKILL'), STOP_TIMEOUT);
			await end('SIGTERM');
			clearTimeout(late);
			if (child.signalCode === 'SIGKILL') throw new Error(`the server did not leave on SIGTERM; it printed:\n${tail()}`);
		},
		sigstop: () => child.kill('SIGSTOP'),
		sigcont: () => child.kill('SIGCONT'),
		async restart() {
			await end('SIGKILL');
			child = await start(new URL(url).port);
		},
		ready: async () => {
			await until(isReady, 'the server is ready');
		},
		log: tail,
		// A frozen process takes SIGKILL too.
		close: () => end('SIGKILL'),
	};
}

const children = new Set<Bun.Subprocess>();
process.on('exit', () => {
	for (const child of children) child.kill('SIGKILL');
});

async function collect(stream: ReadableStream<Uint8Array>, keep: (line: string) => void) {
	const reader = stream.getReader();
	const decoder = new TextDecoder();
	let rest = '';
	for (let part = await reader.read(); !part.done; part = await reader.read()) {
		const parts = (rest + decoder.decode(part.value, { stream: true })).split('\n');
		rest = parts.pop() ?? '';
		for (const line of parts) keep(line);
	}
	if (rest) keep(rest);
}
