/** The development server as a process of its own that dies with us, however we die. */
import { resolve } from 'node:path';
import type { Child } from './supervisor.ts';

const entry = resolve(import.meta.dir, '../../server.ts');

export interface ChildOptions {
	env: Record<string, string | undefined>;
	message(message: unknown): void;
	exited(code: number | null, signal: string | number | null): void;
}

export function spawnServer({ env, message, exited }: ChildOptions): Child {
	let connected = true;
	const child = Bun.spawn([process.execPath, '--watch', '--no-clear-screen', entry, '--dev'], {
		env,
		stdio: ['ignore', 'inherit', 'inherit'],
		// In a group of its own: Ctrl+C reaches us alone, and we pass it on once. A second one would end it at once.
		detached: true,
		ipc: message,
		onDisconnect: () => {
			connected = false;
		},
	});
	// It outlives whoever kills us with -9, and even a server that hangs in a syntax error hears nobody: so somebody else ends both.
	const leash = Bun.spawn(['sh', '-c', 'read -r _; kill -s KILL -- "-$1"', 'leash', String(child.pid)], {
		stdio: ['pipe', 'ignore', 'ignore'],
		detached: true,
	});
	// First the leash: the number of the group may soon be another's.
	child.exited.finally(() => {
		leash.kill('SIGKILL');
		exited(child.exitCode, child.signalCode);
	});
	return {
		kill: (signal) => child.kill(signal),
		send(content) {
			if (connected) child.send(content);
		},
	};
}
