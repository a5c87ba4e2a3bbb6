/** The real server under the eyes of an operator: a calm crowd, time a second at a time, and the alerts that its status room tells. */
import * as v from 'valibot';
import { type Alert, type Alerts, STATUS_ROOM, statusState } from '../../src/lib/protocol/status.ts';
import type { Host } from '../../src/lib/server/monitor/host.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, type InProcessOptions, startInProcess } from '../support/in-process.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';

/** Bytes. */
const MEMORY = 1_000_000_000;

/** A machine at rest, whose figures a test may change. */
export interface FakeMachine extends Host {
	rss: number;
	loopDelayMs: number;
}
function machine(): FakeMachine {
	const fake: FakeMachine = {
		rss: MEMORY / 10,
		loopDelayMs: 3,
		cpuMs: () => 0,
		load: () => [0, 0, 0],
		memory: () => ({ rss: fake.rss, heapUsed: MEMORY / 20, heapTotal: MEMORY / 20 }),
		memoryLimit: MEMORY,
		worstLoopDelay: () => fake.loopDelayMs,
		close: () => {},
	};
	return fake;
}

export interface Watched {
	server: InProcess;
	clock: FakeClock;
	machine: FakeMachine;
	/** As the status room told them last. */
	readonly alerts: Alerts;
	/** Somebody who answers pings, live in the rooms. */
	join(name: string, rooms?: string[]): Promise<RawPeer>;
	/** They go as one should, and the server has seen it. */
	leave(peers: readonly RawPeer[], code?: number): Promise<void>;
	/** They break off without a close frame, and the server has seen it. */
	cut(peers: readonly RawPeer[]): Promise<void>;
	/** Seconds, one after the other: what `each` does is done, and the operator has heard of the second. Ends early once `until` holds. */
	pass(seconds: number, options?: { each?: (second: number) => unknown; until?: (alerts: Alerts) => boolean }): Promise<void>;
	close(): Promise<void>;
}

export type WatchedOptions = Omit<InProcessOptions, 'clock'> & { clock?: FakeClock };

export async function startWatched(options: WatchedOptions = {}): Promise<Watched> {
	const clock = options.clock ?? new FakeClock();
	const host = machine();
	// Seconds pass in milliseconds: a pong that is still on its way is none that is missed.
	const env = { HEARTBEAT_TIMEOUT_MS: '600000', ...options.env };
	const server = await startInProcess({ development: true, host, ...options, env, clock });
	let alerts: Alerts = { active: [], history: [] };
	async function join(name: string, rooms: string[] = []) {
		const peer = await server.peer(name);
		peer.answerPings();
		await peer.hello({ rooms });
		return peer;
	}
	// Not those who are here: a client over HTTP may come or go meanwhile.
	const ended = () => server.realtime.incidents().closes.total;
	async function goodbye(peers: readonly RawPeer[], go: (peer: RawPeer) => void) {
		const before = ended();
		for (const peer of peers) go(peer);
		await until(() => ended() === before + peers.length, 'the server has seen them go');
	}
	const operator = await join('Operator', [STATUS_ROOM]);
	await operator.next('subscribed');
	return {
		server,
		clock,
		machine: host,
		get alerts() {
			return alerts;
		},
		join,
		leave: (peers, code = 1000) => goodbye(peers, (peer) => peer.close(code)),
		cut: (peers) => goodbye(peers, (peer) => peer.terminate()),
		async pass(seconds, { each, until: over } = {}) {
			for (let second = 0; second < seconds && !over?.(alerts); second++) {
				await each?.(second);
				await clock.advance(1_000);
				alerts = v.parse(statusState, (await operator.next('state')).state).alerts;
			}
		},
		async close() {
			let over = false;
			const closed = server.close().finally(() => {
				over = true;
			});
			// What is held until a time of this clock is let go, so that a test that fails says why.
			await until(async () => {
				await clock.advance(1_000);
				return over;
			}, 'the server has closed');
			await closed;
		},
	};
}

/** Twelve people in three rooms, and a second of their talk. */
export async function calmCrowd(watched: Watched): Promise<{ peers: RawPeer[]; talk(second: number): Promise<unknown> }> {
	const roomOf = (index: number) => `room ${index % 3}`;
	const peers = await Promise.all(Array.from({ length: 12 }, (_, index) => watched.join(`Person ${index}`, [roomOf(index)])));
	const talk = (second: number) => {
		const index = second % peers.length;
		return peers[index]?.publish(roomOf(index), `second ${second}`) ?? Promise.resolve();
	};
	return { peers, talk };
}

export const named = (alerts: readonly Alert[]): string[] => alerts.map(({ rule }) => rule);
