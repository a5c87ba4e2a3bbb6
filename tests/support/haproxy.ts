/** A real HAProxy on `docs/operations/haproxy.cfg`, and the mistakes that people make in it. */
import { join } from 'node:path';
import { find, haproxy } from '../../scripts/tools.ts';
import { type Program, type ReverseProxyOptions, startReverseProxy } from './reverse-proxy.ts';

const program: Program = {
	file: 'haproxy.cfg',
	command: (settings, folder) => [find(haproxy), '-W', '-S', join(folder, 'master.sock'), '-f', settings],
	place: (_, port, upstreamPort) => ({
		log: 'log stdout format raw local0',
		user: null,
		group: null,
		listen: `bind 127.0.0.1:${port}`,
		upstream: `server app 127.0.0.1:${upstreamPort} pool-purge-delay 4s`,
	}),
	started: (folder) => answers(join(folder, 'master.sock')),
	reload: 'SIGUSR2',
	reloaded: /^\[WARNING\].*Proxy public stopped/,
};

/** Whether the master process answers on its socket: only then is its loop running. */
async function answers(path: string): Promise<boolean> {
	const { promise, resolve } = Promise.withResolvers<boolean>();
	const socket = { data: () => resolve(true), close: () => resolve(false), error: () => resolve(false) };
	try {
		const connection = await Bun.connect({ unix: path, socket });
		connection.write('show version\n');
		const answered = await promise;
		connection.end();
		return answered;
	} catch {
		return false; // not there yet
	}
}

export const startHaproxy = (options: ReverseProxyOptions) => startReverseProxy(program, options);

/** HAProxy passes upgrades on unless it is told not to. */
export const haproxyWithoutUpgrade = { 'no-upgrade': 'http-request del-header Upgrade' };
export const haproxyTimeout = (seconds: number) => ({ 'read-timeout': `timeout tunnel ${seconds}s` });
export const haproxyShutdown = (seconds: number) => ({ 'shutdown-timeout': `hard-stop-after ${seconds}s` });
