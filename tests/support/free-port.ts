/** A port to listen on that nobody gets by chance while its owner is down. */
import { readFileSync } from 'node:fs';

let next = 0;

/**
 * A free port of 127.0.0.1 below the range from which the system picks ports for connections: port 0 would pick from it too, and
 * when the owner restarts, somebody's connection may sit there. It may even be one to that very port, connected to itself.
 */
export function freePort(): number {
	const [first, last] = [10_000, lowestOfConnections() - 1];
	const span = last - first + 1;
	for (let tries = 0; tries < 1_000; tries++) {
		// Processes that run at the same time begin far apart.
		const port = first + ((process.pid * 97 + next++) % span);
		if (isFree(port)) return port;
	}
	throw new Error(`no free port from ${first} to ${last}`);
}

function isFree(port: number): boolean {
	try {
		Bun.listen({ hostname: '127.0.0.1', port, socket: { data() {} } }).stop(true);
		return true;
	} catch {
		return false; // in use: that is the answer
	}
}

function lowestOfConnections(): number {
	try {
		return Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)[0]);
	} catch {
		return 32_768; // not Linux, where the range begins higher
	}
}
