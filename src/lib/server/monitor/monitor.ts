/** The server's measurements: what it counts and times as it works, looked at once a second and kept for a day. */
import type { Clock } from '../../clock.ts';
import type { Metrics, Sample, Series, TimingName, Window } from '../../protocol/status.ts';
import { guarded, type Report } from '../errors.ts';
import type { Hub } from '../hub.ts';
import type { Incidents } from '../incidents/incidents.ts';
import type { LogSizes, MessageLog } from '../log/message-log.ts';
import type { Registry } from '../registry.ts';
import type { Sessions } from '../session.ts';
import type { Counters } from './counters.ts';
import { History } from './history.ts';
import type { Host } from './host.ts';
import { metricsOf } from './metrics.ts';
import { Presence } from './presence.ts';
import { Recent } from './recent.ts';
import { Timing } from './timing.ts';

const SECOND = 1_000;

export type Timings = Record<TimingName, Timing>;
export const createTimings = (): Timings => ({
	response: new Timing(),
	delivery: new Timing(),
	commit: new Timing(),
	roundTrip: new Timing(),
	loopDelay: new Timing(),
});

/** What is measured. */
export interface Measured {
	clock: Clock;
	host: Host;
	report: Report;
	counters: Counters;
	timings: Timings;
	incidents: Incidents;
	registry: Registry;
	sessions: Sessions;
	hub: Hub;
	log: MessageLog;
	server: { node: string; boot: string; version: string };
	/** 0: no limit. */
	maxConnections: number;
}

export class Monitor {
	readonly measured: Measured;
	readonly presence: Presence;
	readonly history = new History();
	readonly recent = new Recent();
	readonly startedAt: number;
	/** Since when it counts: the start, or the last reset. */
	since: number;
	/** Of one core, over the last second. */
	cpu = 0;
	sizes: LogSizes = { databaseBytes: 0, walBytes: 0 };
	#latest: Sample;
	#cpuMs: number;
	#sampledAt: number;

	constructor(measured: Measured) {
		this.measured = measured;
		this.presence = new Presence(measured.registry, measured.sessions);
		this.startedAt = this.since = measured.clock.wall();
		this.#sampledAt = measured.clock.now();
		this.#cpuMs = measured.host.cpuMs();
		this.#latest = this.sample();
	}

	/** Looks once a second; `then` follows each look. Returns the function that stops it. */
	start(then: () => void): () => void {
		const { clock, report } = this.measured;
		let cancel = () => {};
		const look = guarded(report, 'monitor', () => {
			this.sample();
			then();
		});
		let due = clock.now();
		const next = () => {
			// From the time it was due: a second that begins late does not make all that follow late.
			due = Math.max(due + SECOND, clock.now());
			cancel = clock.setTimeout(() => {
				next();
				look();
			}, due - clock.now());
		};
		next();
		return () => cancel();
	}

	/** A second is over: what it was like. */
	sample(): Sample {
		const { clock, timings, host, log, registry } = this.measured;
		const now = clock.now();
		const elapsed = Math.max(1, now - this.#sampledAt);
		this.#sampledAt = now;
		const cpuMs = host.cpuMs();
		this.cpu = Math.max(0, (cpuMs - this.#cpuMs) / elapsed);
		this.#cpuMs = cpuMs;
		this.sizes = log.sizes();
		timings.loopDelay.record(host.worstLoopDelay());
		this.#count();
		const { rss, heapUsed } = host.memory();
		const fallback = this.presence.clients;
		const perSecond = (name: Parameters<Recent['grown']>[0]) => (this.recent.grown(name, 1) * SECOND) / elapsed;
		const sample: Sample = {
			at: clock.wall(),
			values: {
				connections: registry.count,
				fallback: fallback['event-stream'] + fallback['long-polling'],
				received: perSecond('received'),
				delivered: perSecond('delivered'),
				failed: perSecond('failed'),
				errors: perSecond('errors'),
				broken: perSecond('broken'),
				responseMs: timings.response.tick().p95,
				deliveryMs: timings.delivery.tick().p95,
				commitMs: timings.commit.tick().p95,
				roundTripMs: timings.roundTrip.tick().p95,
				loopDelayMs: timings.loopDelay.tick().max,
				rss,
				heapUsed,
				cpu: this.cpu,
				load: host.load()[0],
			},
		};
		this.history.push(sample, Math.round(elapsed / SECOND) - 1);
		this.#latest = sample;
		return sample;
	}

	/** Of the last second. */
	get latest(): Sample {
		return this.#latest;
	}

	metrics(): Metrics {
		return metricsOf(this);
	}

	series(window: Window): Series {
		return this.history.series(window);
	}

	/** Begins to count anew. Charts keep what they have. */
	reset() {
		const { counters, timings, incidents, registry, clock } = this.measured;
		counters.reset();
		for (const timing of Object.values(timings)) timing.reset();
		incidents.reset();
		registry.peak = registry.count;
		this.recent.clear();
		this.#count();
		this.since = clock.wall();
	}

	#count() {
		const { counters, incidents, registry } = this.measured;
		const { received, delivered, failed, stored, duplicates, reconnects } = counters;
		const { fresh, resumed, gap, reset } = counters.recovery;
		const { errors, broken, lost, answers, faults } = incidents.totals;
		this.recent.push({
			received,
			delivered,
			failed,
			answers: stored + duplicates + fresh + resumed + gap + reset + answers,
			faults,
			errors,
			broken,
			lost,
			open: registry.count,
			resumed,
			unresumed: gap + reset,
			reconnects,
		});
	}
}
