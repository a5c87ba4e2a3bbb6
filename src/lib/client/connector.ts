/** Keeps one connection up: attempts, pauses, what wakes them, and when to stop. It knows nothing of rooms and messages. */
import type { Cancel } from '../clock.ts';
import type { Hello as HelloFrame, Welcome } from '../protocol/frames.ts';
import type { Hello, TransportName } from '../transports/transport.ts';
import { type Connection, type ConnectionEvents, openConnection } from './connection.ts';
import { localDrop, MOVED } from './drop.ts';
import type { Options } from './options.ts';
import { watchPage } from './page.ts';
import { Retries } from './reaction.ts';
import { type StateEvent, transition } from './state.ts';
import type { ConnectionState, Drop } from './types.ts';

export interface ConnectorEvents extends Omit<ConnectionEvents, 'greet' | 'welcome' | 'ended'> {
	state(state: ConnectionState, previous: ConnectionState): void;
	/** Before each attempt: resolves once it is known who connects. A rejection fails it. */
	prepare(): Promise<void>;
	/** Renews the identity, after a refusal. */
	renew(): Promise<void>;
	/** Counts a connection, and answers what to greet with. */
	greet(lastClose: HelloFrame['lastClose']): Promise<Hello>;
	connected(welcome: Welcome, transport: TransportName): void;
	/** The same connection goes over another transport now: what was on its way over the old one may be lost. */
	moved(welcome: Welcome): void;
	/** An attempt was cut: what it really ended with, asked of somebody who may know more; null where there is nobody. */
	why(drop: Drop): Promise<Drop> | null;
	/** Before the state changes: the connection is gone, which had lived `connectedMs`; null for a failed attempt. */
	dropped(drop: Drop, connectedMs: number | null, transport: TransportName): void;
	/** Is everything delivered that waited at the welcome? A connection that cannot do its work is not stable. */
	proven(): boolean;
	/** Final. */
	closed(): void;
}

export interface Connector {
	readonly state: ConnectionState;
	/** The present one, or the one being attempted. */
	readonly connection: Connection | null;
	/** Reconnect attempts since the last stable connection. */
	readonly attempts: number;
	connect(): void;
	/** At once, and as if nothing had failed before. */
	retryNow(): void;
	close(): void;
	/** Call it whenever a message is settled. */
	checkStable(): void;
	/** The server is about to go: leaves at a time of our own within the window, so that not all leave together. */
	move(withinMs: number): void;
}

export function createConnector(options: Options, events: ConnectorEvents): Connector {
	const { clock } = options;
	const retries = new Retries(options);
	let state: ConnectionState = { name: 'idle' };
	let connection: Connection | null = null;
	let lastClose: HelloFrame['lastClose'];
	let renew = false;
	/** The connection has lived for `stableAfter`. */
	let lasted = false;
	let cancelRetry: Cancel = () => {};
	let cancelStable = cancelRetry;
	let cancelMove = cancelRetry;
	/** When the page last woke: a connection that turns out to be gone then went while nobody could look. */
	let wokeAt = Number.NEGATIVE_INFINITY;
	const woke = () => {
		wokeAt = clock.now();
		if (isDue()) attempt();
		else connection?.probe();
	};
	const online = () => {
		options.transport.networkChanged?.();
		if (state.name === 'connected') woke();
		else if (isDue()) retry();
	};
	/** Between two attempts, and past the pause that the server has asked for: that one only a person ends early. */
	const isDue = () => {
		if (state.name !== 'disconnected' && state.name !== 'suspended') return false;
		return clock.now() - state.since >= state.cause.retryAfterMs;
	};
	const stopPage = watchPage(options.page, { online, woke, offline: () => connection?.probe() });

	/** False when nothing changed, or a listener has changed it further: then that is not to be acted upon any more. */
	function change(event: StateEvent): boolean {
		const previous = state;
		const next = transition(previous, event);
		state = next;
		if (next !== previous) events.state(next, previous);
		return next !== previous && next === state;
	}

	function retry() {
		if (state.name !== 'disconnected' && state.name !== 'suspended') return;
		retries.reset();
		attempt();
	}

	function attempt() {
		cancelRetry();
		if (state.name !== 'idle') retries.attempts++;
		if (!change({ type: 'attempt', at: clock.now(), attempt: retries.attempts })) return;
		connection = openConnection(options, { ...events, greet: () => events.greet(lastClose), welcome, ended }, prepare);
	}

	async function prepare() {
		const { url } = options;
		await events.prepare();
		if (renew) await events.renew();
		renew = false;
		return typeof url === 'function' ? url() : url;
	}

	function welcome(welcome: Welcome, transport: TransportName) {
		const moved = state.name === 'connected';
		retries.spreadMs = welcome.spreadMs;
		if (!change({ type: 'welcome', at: clock.now(), welcome, transport })) return;
		if (moved) return events.moved(welcome);
		// The server has heard it: the probes of a transport greet as well, long after.
		lastClose = undefined;
		cancelStable = clock.setTimeout(() => {
			lasted = true;
			checkStable();
		}, options.stableAfter);
		events.connected(welcome, transport);
	}

	function checkStable() {
		if (!lasted || !events.proven()) return;
		lasted = false;
		retries.reset();
	}

	/** A browser does not tell why an upgrade failed: the attempt is not over until that is known. Where nobody answered, nobody will. */
	function ended(drop: Drop) {
		const failed = connection;
		const ageMs = failed ? clock.now() - failed.openedAt : 0;
		// Of a connection, not of the attempts after it: their ages say nothing about what breaks connections.
		if (state.name === 'connected') lastClose = { code: drop.code, transport: failed?.transport ?? 'websocket', afterMs: ageMs };
		const answered = state.name === 'connecting' && drop.class === 'connection' && ageMs < options.connectTimeout;
		const asked = answered ? events.why(drop) : null;
		if (asked) void asked.then((known) => connection === failed && settle(known));
		else settle(drop);
	}

	function settle(drop: Drop) {
		const at = clock.now();
		const connectedMs = state.name === 'connected' ? at - state.since : null;
		const transport = connection?.transport ?? 'websocket';
		reset();
		events.dropped(drop, connectedMs, transport);
		const { next, pause, ...identity } = retries.after(drop);
		renew ||= identity.renew;
		const { attempts } = retries;
		// Whoever comes back to a page that slept waits for nothing: nobody else fell with it.
		const wait = connectedMs !== null && at - wokeAt <= options.probeTimeout ? drop.retryAfterMs : pause;
		if (!change({ type: 'drop', at, cause: drop, attempt: attempts, next, retryAt: at + wait })) return;
		if (next === 'stop') finish();
		else cancelRetry = clock.setTimeout(attempt, wait);
	}

	function reset() {
		connection = null;
		lasted = false;
		cancelStable();
		cancelMove();
	}

	function finish() {
		connection?.close();
		reset();
		cancelRetry();
		stopPage();
		events.closed();
	}

	return {
		get state() {
			return state;
		},
		get connection() {
			return connection;
		},
		get attempts() {
			return retries.attempts;
		},
		connect() {
			if (state.name === 'idle') attempt();
		},
		retryNow() {
			if (state.name === 'idle') attempt();
			else retry();
		},
		close() {
			if (state.name === 'closed') return;
			change({ type: 'close', at: clock.now() });
			finish();
		},
		checkStable,
		move(withinMs) {
			cancelMove();
			cancelMove = clock.setTimeout(() => {
				retries.spreadMs = 0;
				connection?.end(localDrop(MOVED, 'The server asked this page to connect anew.'));
			}, withinMs * clock.random());
		},
	};
}
