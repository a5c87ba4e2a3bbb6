/** The state machine against a model: which states may follow which, whatever happens. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { exponentialBackoff } from '../../../src/lib/client/backoff.ts';
import { localDrop } from '../../../src/lib/client/drop.ts';
import { type StateEvent, transition } from '../../../src/lib/client/state.ts';
import type { ConnectionState } from '../../../src/lib/client/types.ts';

const welcome = {
	type: 'welcome' as const,
	version: 1,
	session: 's',
	connection: 'c',
	user: { id: 'u', name: 'U' },
	resumed: false,
	server: { node: 'n', boot: 'b', version: '0' },
	heartbeat: { intervalMs: 1, timeoutMs: 1 },
	limits: { frameBytes: 1, inFlight: 1 },
	spreadMs: 0,
};
const at = fc.nat();
const attempt = fc.nat(20);
const event: fc.Arbitrary<StateEvent> = fc.oneof(
	fc.record({ type: fc.constant('attempt' as const), at, attempt }),
	fc.record({
		type: fc.constant('welcome' as const),
		at,
		welcome: fc.constant(welcome),
		transport: fc.constantFrom('websocket', 'event-stream', 'long-polling'),
	}),
	fc.record({
		type: fc.constant('drop' as const),
		at,
		attempt,
		retryAt: at,
		cause: fc.constant(localDrop(1006, 'cut')),
		next: fc.constantFrom('retry', 'suspend', 'stop'),
	}),
	fc.record({ type: fc.constant('close' as const), at }),
);

type Name = ConnectionState['name'];
/** What may follow: the whole machine in six lines. */
const successors: Record<Name, Name[]> = {
	idle: ['connecting', 'closed'],
	connecting: ['connected', 'disconnected', 'suspended', 'closed'],
	connected: ['connected', 'disconnected', 'suspended', 'closed'],
	disconnected: ['connecting', 'closed'],
	suspended: ['connecting', 'closed'],
	closed: [],
};

describe('transition', () => {
	it('follows the model, never changes its argument, and stays the same object when nothing happens', () => {
		fc.assert(
			fc.property(fc.array(event), (events) => {
				let state: ConnectionState = { name: 'idle' };
				for (const each of events) {
					const before = structuredClone(state);
					const next = transition(state, each);
					expect(state).toEqual(before);
					if (next !== state) {
						expect(successors[state.name]).toContain(next.name);
						// Moving to another transport is no new connection.
						const since = state.name === 'connected' && next.name === 'connected' ? state.since : each.at;
						if (next.name !== 'idle') expect(next.since).toBe(since);
					}
					state = next;
				}
				expect(transition(state, { type: 'close', at: 1 }).name).toBe('closed');
			}),
		);
	});

	it('a waiting state carries why and until when', () => {
		const cause = localDrop(1006, 'cut');
		const connecting = transition({ name: 'idle' }, { type: 'attempt', at: 1, attempt: 0 });
		const waiting = transition(connecting, { type: 'drop', at: 2, cause, attempt: 0, next: 'retry', retryAt: 9 });
		expect(waiting).toEqual({ name: 'disconnected', since: 2, attempt: 0, retryAt: 9, cause });
		expect(transition(waiting, { type: 'attempt', at: 9, attempt: 1 })).toEqual({
			name: 'connecting',
			since: 9,
			attempt: 1,
			cause,
		});
	});
});

describe('pauses', () => {
	const backoff = exponentialBackoff({
		reconnectInterval: 1_000,
		reconnectDecay: 1.5,
		maxReconnectInterval: 30_000,
		jitter: 0.1,
	});

	it('grow by half each time, within ±10 %, up to 30 s', () => {
		expect([1, 2, 3, 9, 10, 1_000].map((n) => backoff(n, () => 0.5))).toEqual([
			1_000, 1_500, 2_250, 25_628.90625, 30_000, 30_000,
		]);
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (n, chance) => {
				const middle = Math.min(30_000, 1_000 * 1.5 ** (n - 1));
				const pause = backoff(n, () => chance);
				expect(pause).toBeGreaterThanOrEqual(middle * 0.9);
				expect(pause).toBeLessThanOrEqual(middle * 1.1);
			}),
		);
	});
});
