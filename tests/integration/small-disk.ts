/** A real, small file system and a server that lives on it: for what happens when it is full. */
import { existsSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '../support/in-process.ts';
import { until } from '../support/until.ts';

export interface SmallDisk {
	/** Takes all space that is left; the returned function gives it back. */
	fill(): Promise<() => Promise<void>>;
	/** Where it is for the processes that run on it, and for the test. */
	path: string;
	seen: string;
	/** Starts a server whose database is on it, at the same place each time, unless `env` says otherwise. */
	start(env?: Record<string, string>): Promise<{ url: string; kill9(): Promise<void> }>;
	/** Runs a script from there; `said` is what it has printed so far. */
	run(script: string, env: Record<string, string>): Running;
	remove(): Promise<void>;
}

interface Running {
	child: Bun.Subprocess;
	said(): string;
}

/**
 * As root the file system is mounted here; else in a user namespace that a process of its own keeps alive: the server enters
 * it, and we reach the files through that process.
 * @throws Error where neither is allowed: this is never skipped
 */
export async function smallDisk(bytes: number): Promise<SmallDisk> {
	if (process.platform !== 'linux') throw new Error('a full disk is made with a small tmpfs, which needs Linux');
	const folder = temporaryFolder();
	const mount = ['mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder.path];
	if (Bun.spawnSync(mount, { stderr: 'ignore' }).success)
		return diskAt(folder.path, folder.path, [], async () => {
			Bun.spawnSync(['umount', '-l', folder.path]);
			folder.remove();
		});
	const script = `${mount.join(' ')} && echo mounted && exec cat`;
	const holder = Bun.spawn(['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', script], {
		stdin: 'pipe',
		stdout: 'pipe',
		stderr: 'pipe',
	});
	const { value } = await holder.stdout.getReader().read();
	const seen = `/proc/${holder.pid}/root${folder.path}`;
	if (!value || !existsSync(seen))
		throw new Error(
			`a small tmpfs is needed: run the tests as root, or allow user namespaces (${await new Response(holder.stderr).text()})`,
		);
	const enter = ['nsenter', '--user', '--mount', '--preserve-credentials', '--target', String(holder.pid), '--'];
	return diskAt(folder.path, seen, enter, async () => {
		holder.kill();
		await holder.exited;
		folder.remove();
	});
}

function diskAt(path: string, seen: string, enter: string[], unmount: () => Promise<void>): SmallDisk {
	const running = new Set<Bun.Subprocess>();
	const end = async (child: Bun.Subprocess) => {
		child.kill('SIGKILL');
		await child.exited;
		running.delete(child);
	};
	const run = (script: string, env: Record<string, string>): Running => {
		const child = Bun.spawn([...enter, process.execPath, resolve(import.meta.dir, script)], {
			env: { PATH: process.env.PATH ?? '', ...env },
			stdout: 'pipe',
			stderr: 'pipe',
		});
		running.add(child);
		let said = '';
		// Both end with the process; what they said is read by whoever waits for it.
		const hear = new TextDecoder();
		const listen = (part: Uint8Array) => {
			said += hear.decode(part);
		};
		for (const stream of [child.stdout, child.stderr]) stream.pipeTo(new WritableStream({ write: listen })).catch(() => {});
		return { child, said: () => said };
	};
	return {
		path,
		seen,
		run,
		async fill() {
			const filler = Bun.file(join(seen, 'filler'));
			const { bavail, bsize } = statfsSync(seen);
			await Bun.write(filler, new Uint8Array(bavail * bsize));
			return () => filler.delete();
		},
		async start(env = {}) {
			const settings = {
				HOST: '127.0.0.1',
				PORT: '0',
				DATA_DIR: join(path, 'data'),
				RATE_LIMIT_MESSAGES_PER_SECOND: '0',
				RATE_LIMIT_USER_MESSAGES_PER_SECOND: '0',
				RATE_LIMIT_ROOM_MESSAGES_PER_SECOND: '0',
				...env,
			};
			const { child, said } = run('../support/realtime-server.ts', settings);
			await until(() => said().includes('://') || child.exitCode !== null, 'the server prints its address');
			const [url] = /http:\/\/[\w.:]+/.exec(said()) ?? [];
			if (!url) throw new Error(`the server did not start: ${said()}`);
			await until(async () => (await fetch(`${url}/readyz`)).ok, 'the server is ready');
			return { url, kill9: () => end(child) };
		},
		async remove() {
			for (const child of [...running]) await end(child);
			await unmount();
		},
	};
}
