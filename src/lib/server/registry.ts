/** Every connection, by person and address: counts, look-ups, and the one sweep that pings the living and ends the dead. */
import type { Clock } from '../clock.ts';
import { closeCode } from '../protocol/codes.ts';
import { HELLO_TIMEOUT_MS } from '../protocol/limits.ts';
import type { Connection, TransportName } from './connection.ts';
import type { Report } from './errors.ts';
import { guarded } from './errors.ts';
import { networkOf } from './network.ts';

/** Milliseconds between two sweeps: a deadline is met this late at most. */
const SWEEP_EVERY = 1_000;

export interface RegistryOptions {
	heartbeat: { intervalMs: number; timeoutMs: number; missed: number };
	clock: Clock;
	report: Report;
	/** The last offset of each room that a connection is live in: rides on the ping. */
	heads(connection: Connection): Record<string, number>;
	/** Runs with each sweep: `elapsedMs` after the last one, of `plannedMs`. */
	onSweep(now: number, elapsedMs: number, plannedMs: number): void;
	/** Hears of each connection that opened. */
	opened(connection: Connection): void;
}

export class Registry {
	readonly #options: RegistryOptions;
	readonly #connections = new Set<Connection>();
	readonly #byUser = new Map<string, Set<Connection>>();
	/** By what counts as one address: see `networkOf`. */
	readonly #byNetwork = new Map<string, number>();
	readonly #byTransport: Record<TransportName, number> = { websocket: 0, 'event-stream': 0, 'long-polling': 0 };
	#cancel = () => {};
	#sweptAt: number;
	#now = 1;
	/** Wall time of the last sweep. */
	#wall = 0;

	/** The most at once, polls that were held among them. */
	peak = 0;
	/** Those without an identity: each is refused once it greets. */
	strangers = 0;

	constructor(options: RegistryOptions) {
		this.#options = options;
		this.#sweptAt = options.clock.now();
	}

	/**
	 * Milliseconds that the event loop has lived through, as of the last sweep. While the loop stands still this time does
	 * too, so that nobody is declared dead for our own stall; and reading it costs nothing per frame.
	 */
	get now(): number {
		return this.#now;
	}
	get count(): number {
		return this.#connections.size;
	}
	get byTransport(): Readonly<Record<TransportName, number>> {
		return this.#byTransport;
	}
	/** People who are connected. */
	get users(): number {
		return this.#byUser.size;
	}
	ofUser = (id: string): ReadonlySet<Connection> => this.#byUser.get(id) ?? new Set();
	ofAddress = (address: string): number => this.#byNetwork.get(networkOf(address)) ?? 0;
	[Symbol.iterator] = () => this.#connections.values();

	add(connection: Connection) {
		connection.openedAt = this.#now;
		// As if pinged a random while ago, so that a crowd does not answer in step.
		connection.pingedAt = this.#now - this.#options.clock.random() * this.#options.heartbeat.intervalMs;
		this.#connections.add(connection);
		this.#byNetwork.set(networkOf(connection.address), this.ofAddress(connection.address) + 1);
		if (connection.user) {
			const own = this.#byUser.get(connection.user.id);
			if (own) own.add(connection);
			else this.#byUser.set(connection.user.id, new Set([connection]));
		} else this.strangers += 1;
		this.#byTransport[connection.transport] += 1;
		this.peak = Math.max(this.peak, this.count);
		this.#options.opened(connection);
	}

	remove(connection: Connection) {
		if (!this.#connections.delete(connection)) return;
		this.#byTransport[connection.transport] -= 1;
		const left = this.ofAddress(connection.address) - 1;
		const network = networkOf(connection.address);
		if (left > 0) this.#byNetwork.set(network, left);
		else this.#byNetwork.delete(network);
		if (!connection.user) this.strangers -= 1;
		const own = connection.user && this.#byUser.get(connection.user.id);
		own?.delete(connection);
		if (connection.user && own?.size === 0) this.#byUser.delete(connection.user.id);
	}

	/** Starts sweeping; returns the function that stops it. */
	start(): () => void {
		const { clock, report, heartbeat } = this.#options;
		const every = Math.min(SWEEP_EVERY, heartbeat.timeoutMs / 2);
		const check = guarded(
			report,
			'sweep',
			(connection: Connection) => this.#check(connection),
			(connection) => connection.end('server-error', closeCode.serverError, 'the server failed on this'),
		);
		const sweep = guarded(report, 'sweep', () => {
			const now = clock.now();
			// A sweep that comes late was held up by our own loop: that time is credited to everybody.
			const elapsed = now - this.#sweptAt;
			this.#now += Math.min(elapsed, 2 * every);
			this.#sweptAt = now;
			this.#wall = clock.wall();
			for (const connection of this.#connections) check(connection);
			this.#options.onSweep(this.#now, elapsed, every);
		});
		const next = () => {
			this.#cancel = clock.setTimeout(() => {
				next();
				sweep();
			}, every);
		};
		this.#sweptAt = clock.now();
		next();
		return () => this.#cancel();
	}

	#check(connection: Connection) {
		const { heartbeat } = this.#options;
		connection.endIfSlow();
		if (connection.expiresAt <= this.#wall) return expire(connection);
		if (connection.transport === 'long-polling') return; // it ends by itself within half a minute
		if (!connection.session) {
			if (this.#now - connection.openedAt < HELLO_TIMEOUT_MS) return;
			connection.error('hello-expected', `expected a hello within ${HELLO_TIMEOUT_MS} ms`, { fatal: true });
			return connection.end('protocol', closeCode.helloExpected, 'no hello');
		}
		if (connection.awaitsPong) {
			if (this.#now - connection.pingedAt < heartbeat.timeoutMs) return;
			connection.missed += 1;
			if (connection.missed >= heartbeat.missed)
				return connection.end('heartbeat-timeout', closeCode.heartbeatTimeout, 'no sign of life');
			return this.#ping(connection);
		}
		if (this.#now - connection.pingedAt >= heartbeat.intervalMs) this.#ping(connection);
	}

	#ping(connection: Connection) {
		connection.pingedAt = this.#now;
		// Nothing can come back over an event stream: there a ping is a sign of life of ours.
		connection.awaitsPong = connection.transport === 'websocket';
		const at = this.#options.clock.now();
		connection.pingedWith = at;
		connection.answer({ type: 'ping', at, heads: this.#options.heads(connection) });
	}
}

/** Whoever it speaks for has to show anew who they are: its client does, and comes back at once. */
function expire(connection: Connection) {
	connection.error('unauthenticated', 'the identity that came with the connection has expired', { fatal: true });
	connection.end('protocol', closeCode.tokenExpired, 'token expired');
}
