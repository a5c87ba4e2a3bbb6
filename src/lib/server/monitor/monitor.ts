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
	/** When the last look was, by both clocks, and the processor time until then. */
	#sampled: { now: number; at: number; cpuMs: number };
	readonly #began: number;
	/** Where the seconds begin that are looked at, in the clock's time, and how many of them are over. */
	#origin: number;
	#second = 0;

	constructor(measured: Measured) {
		this.measured = measured;
		this.presence = new Presence(measured.registry, measured.sessions);
		this.startedAt = this.since = measured.clock.wall();
		this.#began = this.#origin = measured.clock.now();
		this.#sampled = { now: this.#began, at: this.startedAt, cpuMs: measured.host.cpuMs() };
		this.#latest = this.sample();
	}

	/** Milliseconds since the start. Somebody may set the wall clock meanwhile. */
	get uptimeMs(): number {
		return Math.round(this.measured.clock.now() - this.#began);
	}

	/** Looks once a second; `then` follows each look, also one that failed. Returns the function that stops it. */
	start(then: () => void): () => void {
		const { clock, report } = this.measured;
		let cancel = () => {};
		const look = guarded(report, 'monitor', () => this.sample());
		const follow = guarded(report, 'monitor', then);
		this.#origin = clock.now();
		const next = () => {
			// One that begins late does not make all that follow late; and where less than half a second is left until the next
			// one, that is left out: what held up this look shows only in the one after it.
			const due = this.#origin + (this.#secondAt(clock.now()) + 1) * SECOND;
			cancel = clock.setTimeout(() => {
				next();
				look();
				follow();
			}, due - clock.now());
		};
		next();
		return () => cancel();
	}

	/** A second is over: what it was like. */
	sample(): Sample {
		const { clock, timings, host, log, registry } = this.measured;
		const now = clock.now();
		const at = clock.wall();
		const elapsed = Math.max(1, now - this.#sampled.now);
		const second = this.#secondAt(now);
		// While the process stood still; and while the machine slept, of which its own clock knows nothing.
		const missed = second - this.#second - 1;
		const slept = Math.max(0, Math.round((at - this.#sampled.at - elapsed) / SECOND));
		const cpuMs = host.cpuMs();
		this.cpu = Math.max(0, (cpuMs - this.#sampled.cpuMs) / elapsed);
		this.sizes = log.sizes();
		timings.loopDelay.record(host.worstLoopDelay());
		this.#count(missed);
		const { rss, heapUsed } = host.memory();
		const fallback = this.presence.clients;
		const perSecond = (name: Parameters<Recent['grown']>[0]) => (this.recent.grown(name, 1) * SECOND) / elapsed;
		const sample: Sample = {
			at,
			values: {
				connections: registry.count,
				fallback: fallback['event-stream'] + fallback['long-polling'],
				received: perSecond('received'),
				delivered: perSecond('delivered'),
				failed: perSecond('failed'),
				errors: perSecond('errors'),
				broken: perSecond('broken'),
				responseMs: timings.response.tick(missed).p95,
				deliveryMs: timings.delivery.tick(missed).p95,
				commitMs: timings.commit.tick(missed).p95,
				roundTripMs: timings.roundTrip.tick(missed).p95,
				loopDelayMs: timings.loopDelay.tick(missed).max,
				rss,
				heapUsed,
				cpu: this.cpu,
				load: host.load()[0],
			},
		};
		this.history.push(sample, missed + slept);
		this.#second = second;
		this.#sampled = { now, at, cpuMs };
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

	#secondAt = (now: number): number => Math.round((now - this.#origin) / SECOND);

	#count(missed = 0) {
		const { counters, incidents, registry } = this.measured;
		const { received, delivered, failed, stored, duplicates, reconnects } = counters;
		const { fresh, resumed, gap, reset } = counters.recovery;
		const { errors, broken, lost, answers, faults } = incidents.totals;
		const totals = {
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
		};
		this.recent.push(totals, missed);
	}
}
