/** One client of the fault proxy, its connection to the target, and a pipe each way. */
import type { Socket } from 'bun';
import type { Clock } from '../../src/lib/clock.ts';
import { clear, type End, Pipe, type Shape } from './pipe.ts';
import type { Direction, Faults } from './proxy.ts';
import { asksForUpgrade, pathOf, RequestHeads } from './request-heads.ts';

/** What the proxy does to single requests, for all connections. */
export interface Rules {
	upgrades: 'pass' | 'refuse' | 'hang';
	/** Requests of this path whose answers are still to be lost. */
	lost: { path: string; count: number };
	/** Looks at each request before it goes on, and may do to its connection what it likes. What it returns holds instead of `upgrades`. */
	request?: ((connection: ProxiedConnection, head: string) => Rules['upgrades'] | undefined) | undefined;
}

const REFUSAL = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

export class ProxiedConnection implements Faults {
	/** Counts the proxy's connections, from 1. */
	readonly id: number;
	/** From the client to the target. */
	readonly up: Pipe;
	/** From the target to the client. */
	readonly down: Pipe;
	readonly #client: Socket<unknown>;
	readonly #closed: () => void;
	readonly #far: End;
	#target: Socket<undefined> | null = null;
	readonly #rules: Rules;
	readonly #heads = new RequestHeads();
	/** `hung`: its request was swallowed; only the client can end it. */
	#kind: 'plain' | 'upgraded' | 'hung' = 'plain';
	#losesAnswer = false;
	#ending: 'fin' | 'reset' = 'fin';
	#clientGone = false;
	#targetGone = false;

	constructor(
		id: number,
		client: Socket<unknown>,
		target: { hostname: string; port: number },
		shapes: { up: Shape; down: Shape },
		rules: Rules,
		clock: Clock,
		random: () => number,
		closed: () => void,
	) {
		this.id = id;
		this.#client = client;
		this.#rules = rules;
		this.#closed = closed;
		const near = this.#end(() => client);
		const far = this.#end(() => this.#target);
		this.up = new Pipe(near, shapes.up, clock, random);
		this.down = new Pipe(far, shapes.down, clock, random);
		this.down.connect(near);
		this.#far = far;
		// A target that is not there: `connectError` has dealt with it.
		this.#connect(target).catch(() => {});
	}

	#connect({ hostname, port }: { hostname: string; port: number }) {
		return Bun.connect<undefined>({
			hostname,
			port,
			allowHalfOpen: true,
			socket: {
				open: (socket) => {
					if (this.#targetGone) return socket.terminate();
					this.#target = socket;
					this.up.connect(this.#far);
				},
				data: (_, bytes) => (this.#losesAnswer ? this.cut('reset') : this.down.push(bytes)),
				drain: () => this.up.drained(),
				end: () => this.down.end('fin'),
				close: (_, error) => this.#targetClosed(error ? 'reset' : 'fin'),
				connectError: () => this.#targetClosed('reset'),
				error: () => {},
			},
		});
	}

	/** Whether it has become a WebSocket, or is about to. */
	get upgraded() {
		return this.#kind === 'upgraded';
	}

	/** What the client has sent. */
	received(bytes: Uint8Array) {
		const head = this.#heads.add(bytes);
		if (head !== undefined) {
			const upgrades = this.#rules.request?.(this, head) ?? this.#rules.upgrades;
			this.#losesAnswer = this.#loses(pathOf(head));
			if (asksForUpgrade(head)) {
				if (upgrades === 'refuse') return this.#refuse();
				this.#kind = upgrades === 'hang' ? 'hung' : 'upgraded';
			}
		}
		if (this.#kind !== 'hung') this.up.push(bytes);
	}
	#loses(path: string): boolean {
		const { lost } = this.#rules;
		if (lost.count === 0 || lost.path !== path) return false;
		lost.count -= 1;
		return true;
	}
	#refuse() {
		this.up.stop();
		this.#targetGone ||= this.#target === null;
		this.down.push(Buffer.from(REFUSAL));
		this.down.end('fin');
	}

	/** The client's socket is gone; the target learns it as far as the upward pipe lets it. */
	clientClosed(how: 'fin' | 'reset') {
		this.#clientGone = true;
		if (this.#targetGone) this.up.stop();
		else this.up.end(how);
		this.down.stop();
		this.#settle();
	}
	#targetClosed(how: 'fin' | 'reset') {
		this.#targetGone = true;
		if (this.#kind === 'hung') return this.#settle();
		this.down.end(how);
		this.up.stop();
		this.#settle();
	}
	/** A side of the connection as the pipes see it; the target's socket comes later than its pipe. */
	#end(socket: () => Socket<unknown> | null): End {
		return {
			write: (bytes) => socket()?.write(bytes) ?? -1,
			shutdown: () => {
				socket()?.shutdown();
				this.#settle();
			},
			terminate: () => socket()?.terminate(),
			pause: () => socket()?.pause(),
			resume: () => socket()?.resume(),
		};
	}
	/** Sockets are half open until both ends have passed, or have nowhere to go: then both are closed. */
	#settle() {
		if (this.up.finished && this.down.finished) {
			for (const socket of [this.#client, this.#target]) {
				if (this.#ending === 'reset') socket?.terminate();
				else socket?.end();
			}
		}
		if (this.#clientGone && this.#targetGone) this.#closed();
	}

	cut(how: 'fin' | 'reset') {
		this.up.stop();
		this.down.stop();
		this.#targetGone ||= this.#target === null;
		this.#ending = how;
		this.#settle();
	}
	blackHole(direction: Direction, on: boolean) {
		this.#shape(direction, { held: on });
	}
	delay(ms: number, jitter = 0) {
		this.#shape('both', { delayMs: ms, jitterMs: jitter });
	}
	slice(bytes: number, everyMs: number) {
		this.#shape('both', { sliceBytes: bytes, sliceEveryMs: everyMs });
	}
	limit(bytesPerSecond: number) {
		this.#shape('both', { bytesPerSecond });
	}
	heal() {
		this.#shape('both', clear);
	}
	#shape(direction: Direction, change: Partial<Shape>) {
		for (const pipe of direction === 'up' ? [this.up] : direction === 'down' ? [this.down] : [this.up, this.down]) {
			Object.assign(pipe.shape, change);
			pipe.pump();
		}
	}
}
