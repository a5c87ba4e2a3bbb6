/** Raw sockets for the tests of the fault proxy: a server that echoes, and a client that keeps what it sees. */
import { createHash } from 'node:crypto';
import type { Socket } from 'bun';
import { freePort } from '../../support/free-port.ts';

const stops: (() => void)[] = [];
export const stopLater = (stop: () => void) => {
	stops.push(stop);
};
/** Closes what the test has opened, the newest first. */
export function stopAll() {
	for (const stop of stops.splice(0).reverse()) stop();
}

/** What a socket of the test has seen. */
export class Seen {
	bytes = 0;
	text = '';
	ended = false;
	closed: 'fin' | 'reset' | null = null;
	readonly hash = createHash('sha256');
	add(bytes: Uint8Array) {
		this.bytes += bytes.length;
		this.hash.update(bytes);
		if (this.text.length < 1000) this.text += Buffer.from(bytes).toString('latin1');
	}
}

/** Sends back what it gets. */
export function echo(port = freePort()) {
	const sessions: Seen[] = [];
	const listener = Bun.listen<{ seen: Seen; queue: Uint8Array[] }>({
		hostname: '127.0.0.1',
		port,
		allowHalfOpen: true,
		data: { seen: new Seen(), queue: [] },
		socket: {
			open(socket) {
				socket.data = { seen: new Seen(), queue: [] };
				sessions.push(socket.data.seen);
			},
			data(socket, bytes) {
				socket.data.seen.add(bytes);
				socket.data.queue.push(bytes);
				flush(socket);
			},
			drain: flush,
			end(socket) {
				socket.data.seen.ended = true;
				socket.end();
			},
			close(socket, error) {
				socket.data.seen.closed = error ? 'reset' : 'fin';
			},
			error() {},
		},
	});
	stopLater(() => listener.stop(true));
	return { port: listener.port, hostname: '127.0.0.1', sessions, stop: () => listener.stop(true) };
}

function flush(socket: Pick<Socket<{ seen: Seen; queue: Uint8Array[] }>, 'data' | 'write'>) {
	for (let first = socket.data.queue[0]; first; first = socket.data.queue[0]) {
		const written = Math.max(0, socket.write(first));
		if (written < first.length) {
			socket.data.queue[0] = first.subarray(written);
			return;
		}
		socket.data.queue.shift();
	}
}

/** A client that keeps what it sees. */
export async function dial(port: number) {
	const data = { seen: new Seen(), queue: [] as Uint8Array[] };
	const socket = await Bun.connect({
		hostname: '127.0.0.1',
		port,
		allowHalfOpen: true,
		data,
		socket: {
			data: (each, bytes) => each.data.seen.add(bytes),
			drain: flush,
			end(each) {
				each.data.seen.ended = true;
			},
			close(each, error) {
				each.data.seen.closed = error ? 'reset' : 'fin';
			},
			error() {},
		},
	});
	stopLater(() => socket.terminate());
	const send = (bytes: Uint8Array | string) => {
		data.queue.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
		flush(socket);
	};
	return { socket, seen: data.seen, send };
}
