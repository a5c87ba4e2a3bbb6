/**
 * A TCP proxy that misbehaves on request: it cuts, resets, swallows, delays, slices, slows down and refuses, in front of any
 * server; in front of an HTTP server it also keeps WebSockets out and loses answers. Faults of the proxy apply to its
 * connections and those to come; faults of one connection to it alone.
 */
import type { Clock } from '../../src/lib/clock.ts';
import { clear, type Shape } from './pipe.ts';
import { ProxiedConnection, type Rules } from './proxied-connection.ts';

/** `up` is from the client to the target. */
export type Direction = 'both' | 'up' | 'down';

export interface Faults {
	/** Ends connections at once, in both directions; what was on its way is lost. */
	cut(how: 'fin' | 'reset'): void;
	/** Lets nothing through, neither bytes nor an end, and closes nothing. Lifted, it delivers what it kept, as TCP does. */
	blackHole(direction: Direction, on: boolean): void;
	/** Holds each read back for `ms` and up to `jitter` ms more, in both directions, in order. */
	delay(ms: number, jitter?: number): void;
	/** Writes at most `bytes` every `everyMs` milliseconds, in both directions. */
	slice(bytes: number, everyMs: number): void;
	/** Bytes a second in each direction; 0 lifts it. */
	limit(bytesPerSecond: number): void;
	/** Ends every fault. Connections that were cut stay cut. */
	heal(): void;
}

export interface FaultProxy extends Faults {
	/** Where clients connect to. */
	readonly port: number;
	/** Open connections, oldest first. */
	readonly connections: readonly ProxiedConnection[];
	/** Connections taken since the start. */
	readonly accepted: number;
	/** Resets every new connection. `heal` lifts it too. */
	refuse(on: boolean): void;
	/**
	 * Lets no WebSocket through, and everything else: cuts those there are, and answers an upgrade with 403 (`refuse`) or never
	 * (`hang`, for good: what is lifted later finds the request gone). `heal` lifts it too.
	 */
	blockUpgrades(how: 'refuse' | 'hang' | false): void;
	/** The next `count` requests of this path reach the server whole; when it answers, the connection is reset. `heal` forgets it. */
	loseAnswers(path: string, count?: number): void;
	/** Cuts everything and stops listening. */
	close(): void;
}

export interface FaultProxyOptions {
	/** The server behind. It may vanish and come back, at another port too: while it is gone, new connections are reset. */
	target: { hostname: string; port: number };
	/** Draws the jitter. */
	random: () => number;
	clock: Clock;
	/** @default 0, any free one */
	port?: number;
	/** @default 127.0.0.1 */
	hostname?: string;
	/** Looks at the head of each request: see `Rules`. Faults that hold for some people alone are made of it. */
	request?: Rules['request'];
}

/** @throws Error when it cannot listen there */
export function createFaultProxy(options: FaultProxyOptions): FaultProxy {
	const { target, random, clock, port = 0, hostname = '127.0.0.1', request } = options;
	const connections = new Set<ProxiedConnection>();
	const shapes: { up: Shape; down: Shape } = { up: { ...clear }, down: { ...clear } };
	const rules: Rules = { upgrades: 'pass', lost: { path: '', count: 0 }, request };
	let refusing = false;
	let accepted = 0;

	const listener = Bun.listen<ProxiedConnection | null>({
		hostname,
		port,
		allowHalfOpen: true,
		data: null,
		socket: {
			open(client) {
				if (refusing) return client.terminate();
				accepted += 1;
				const connection = new ProxiedConnection(accepted, client, target, shapes, rules, clock, random, () =>
					connections.delete(connection),
				);
				connections.add(connection);
				client.data = connection;
			},
			data: (client, bytes) => client.data?.received(bytes),
			drain: (client) => client.data?.down.drained(),
			end: (client) => client.data?.up.end('fin'),
			close: (client, error) => client.data?.clientClosed(error ? 'reset' : 'fin'),
			// A reset also arrives as `close`, which says all there is to say.
			error: () => {},
		},
	});

	const all = (apply: (faults: Faults) => void) => {
		for (const connection of [...connections]) apply(connection);
	};
	const shape = (direction: Direction, change: Partial<Shape>) => {
		if (direction !== 'down') Object.assign(shapes.up, change);
		if (direction !== 'up') Object.assign(shapes.down, change);
	};
	return {
		port: listener.port,
		get connections() {
			return [...connections];
		},
		get accepted() {
			return accepted;
		},
		cut: (how) => all((each) => each.cut(how)),
		blackHole(direction, on) {
			shape(direction, { held: on });
			all((each) => each.blackHole(direction, on));
		},
		delay(ms, jitter = 0) {
			shape('both', { delayMs: ms, jitterMs: jitter });
			all((each) => each.delay(ms, jitter));
		},
		slice(bytes, everyMs) {
			shape('both', { sliceBytes: bytes, sliceEveryMs: everyMs });
			all((each) => each.slice(bytes, everyMs));
		},
		limit(bytesPerSecond) {
			shape('both', { bytesPerSecond });
			all((each) => each.limit(bytesPerSecond));
		},
		refuse(on) {
			refusing = on;
		},
		blockUpgrades(how) {
			rules.upgrades = how || 'pass';
			if (how) for (const each of connections) if (each.upgraded) each.cut('reset');
		},
		loseAnswers(path, count = 1) {
			rules.lost = { path, count };
		},
		heal() {
			refusing = false;
			rules.upgrades = 'pass';
			rules.lost.count = 0;
			shape('both', clear);
			all((each) => each.heal());
		},
		close() {
			refusing = true;
			listener.stop();
			all((each) => each.cut('reset'));
		},
	};
}
