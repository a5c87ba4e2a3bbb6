/**
 * The real server as a process of its own, to be killed, frozen and started again at the same port. It dies with the process
 * that started it, and what it printed is at hand when something fails.
 */
import { resolve } from 'node:path';
import { Lines, startChild } from './child.ts';
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

const STOP_TIMEOUT = 10_000;

export async function startServer(options: ServerOptions): Promise<ServerProcess> {
	const entry = options.entry ?? resolve(import.meta.dir, '../../server.ts');
	const lines = new Lines();
	let url = '';
	let child = await start(String(freePort()));

	async function start(port: string) {
		let address: string | undefined;
		const started = startChild([process.execPath, entry], {
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
			line(line) {
				lines.add(line);
				address ??= line.match(/https?:\/\/[\w.-]+:\d+/)?.[0];
			},
		});
		try {
			await until(() => address || started.exitCode !== null, 'the server prints its address', options.startTimeoutMs ?? 15_000);
			if (!address) throw new Error(`the server ended with code ${started.exitCode} instead of starting`);
			url = address;
			await until(isReady, 'the server is ready', options.startTimeoutMs ?? 15_000);
		} catch (error) {
			started.kill('SIGKILL');
			throw new Error(`${error instanceof Error ? error.message : error}; it printed:\n${lines.tail()}`, { cause: error });
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
			if (child.signalCode === 'SIGKILL') throw new Error(`the server did not leave on SIGTERM; it printed:\n${lines.tail()}`);
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
		log: () => lines.tail(),
		// A frozen process takes SIGKILL too.
		close: () => end('SIGKILL'),
	};
}
