/** Starts the servers that are compared, each on the same core, and stops them. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { connectHoldfast } from './load/holdfast.ts';
import { connectPoll, connectStream } from './load/http.ts';
import type { Connect } from './load/link.ts';
import { connectSocketIo } from './load/socketio.ts';
import { connectText } from './load/text.ts';
import { core, onCore } from './processes.ts';
import { until } from './until.ts';

export const root = join(import.meta.dir, '..');
/** Signs the identities of the generator's clients, each of which is a person of its own. */
export const IDENTITY_SECRET = 'a secret for the bench alone that is worth nothing';

interface Peer {
	title: string;
	command: string[];
	connect: Connect;
}

const holdfast = ['bun', 'server.ts'];

/** All that can be compared; a row names those that it does compare. */
const peers = {
	holdfast: { title: 'Holdfast', command: holdfast, connect: connectHoldfast },
	'holdfast-poll': { title: 'Holdfast over long-polling', command: holdfast, connect: connectPoll },
	'holdfast-stream': { title: 'Holdfast over event streams', command: holdfast, connect: connectStream },
	raw: { title: 'raw', command: ['bun', 'bench/peers/raw.ts'], connect: connectText },
	ws: { title: 'ws', command: ['node', 'bench/peers/ws.mjs'], connect: connectText },
	socketio: { title: 'Socket.IO', command: ['node', 'bench/peers/socketio.mjs'], connect: connectSocketIo },
} satisfies Record<string, Peer>;
export type PeerName = keyof typeof peers;
export const titleOf = (peer: PeerName) => peers[peer].title;
export const isPeer = (name: string): name is PeerName => name in peers;

export interface Running {
	readonly pid: number;
	readonly port: number;
	/** From the spawn to the first 200 of /readyz, in milliseconds. */
	readonly readyMs: number;
	readonly connect: Connect;
	/** Ends it as a power cut would. */
	kill(): Promise<void>;
}

/** A folder on the disk of the project, for a temporary folder is often no disk at all. Returns it, and what removes it. */
export function makeDataDir(): { dir: string; remove: () => void } {
	const parent = join(import.meta.dir, 'data');
	mkdirSync(parent, { recursive: true });
	const dir = mkdtempSync(join(parent, 'run-'));
	const remove = () => {
		process.off('exit', remove);
		rmSync(dir, { recursive: true, force: true });
	};
	// An interrupted trial leaves no gigabytes behind.
	process.once('exit', remove);
	return { dir, remove };
}

export function freePort(): number {
	const server = Bun.serve({ port: 0, fetch: () => new Response() });
	const { port } = server;
	server.stop(true);
	if (port === undefined) throw new Error('no free port');
	return port;
}

/** Starts a server and waits until it is ready. Holdfast runs as in production, its limits lifted: they are no work, they refuse it. */
export async function start(name: PeerName, dataDir: string, port = freePort()): Promise<Running> {
	const { command, connect } = peers[name];
	const began = performance.now();
	const child = Bun.spawn(onCore(core.server, command), {
		cwd: root,
		env: { ...process.env, ...settings, PORT: String(port), DATA_DIR: dataDir, LOG_DIR: join(dataDir, 'logs') },
		stdin: 'ignore',
		stdout: 'ignore',
		stderr: 'inherit',
	});
	const abandon = () => child.kill('SIGKILL');
	process.once('exit', abandon);
	const kill = async () => {
		process.off('exit', abandon);
		child.kill('SIGKILL');
		await child.exited;
	};
	try {
		await until(`${name} to be ready`, () => ready(child, port), { everyMs: 2, timeoutMs: 30_000 });
	} catch (error) {
		await kill();
		throw error;
	}
	return { pid: child.pid, port, readyMs: performance.now() - began, connect, kill };
}

const settings = {
	NODE_ENV: 'production',
	HOST: '0.0.0.0',
	IDENTITY_SECRET,
	MAX_CONNECTIONS: '0',
	MAX_CONNECTIONS_PER_ADDRESS: '0',
	MAX_CONNECTIONS_PER_USER: '0',
	RATE_LIMIT_MESSAGES_PER_SECOND: '0',
	RATE_LIMIT_USER_MESSAGES_PER_SECOND: '0',
	RATE_LIMIT_ROOM_MESSAGES_PER_SECOND: '0',
	RATE_LIMIT_REQUESTS_PER_SECOND: '0',
};

async function ready(child: Subprocess, port: number): Promise<boolean> {
	if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode} before it was ready`);
	try {
		return (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) })).status === 200;
	} catch {
		return false; // nobody listens yet
	}
}
