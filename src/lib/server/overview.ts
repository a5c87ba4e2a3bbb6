/** What the server tells of itself: figures, alerts and health, taken together once a second and told to whoever follows. */
import { type Alerts, type Health, STATUS_ROOM, type StatusState } from '../protocol/status.ts';
import type { CloseAges } from './alerts/close-ages.ts';
import type { Readings } from './alerts/rules.ts';
import type { Monitor } from './monitor/monitor.ts';
import { readingsOf } from './monitor/readings.ts';
import type { Publisher } from './publisher.ts';

/** A loop that has not turned for so long serves nobody, in milliseconds. */
const STOOD_STILL = 10_000;
/** Alerts that are over, in what is told each second: the page asks for all of them once. */
const TOLD = 20;

/** Holds the readings of each second against its rules. */
export interface AlertWatch {
	evaluate(readings: Readings): void;
	readonly report: Alerts;
}

export interface OverviewParts {
	monitor: Monitor;
	alerts: AlertWatch;
	closeAges: Pick<CloseAges, 'peak'>;
	/** How writing goes at this moment. */
	publisher: Pick<Publisher, 'committingMs' | 'refusedAt'>;
	stopping(): boolean;
}

export class Overview {
	readonly #parts: OverviewParts;
	#lookedAt: number;

	constructor(parts: OverviewParts) {
		const { clock, hub, server } = parts.monitor.measured;
		this.#parts = parts;
		this.#lookedAt = clock.now();
		hub.provide(STATUS_ROOM, { epoch: server.boot, state: () => this.state() });
	}

	/** Begins to look, once a second. Returns the function that stops it. */
	start(): () => void {
		const { clock, hub } = this.#parts.monitor.measured;
		this.#lookedAt = clock.now();
		return this.#parts.monitor.start(() => {
			this.#lookedAt = clock.now();
			this.#parts.alerts.evaluate(this.#readings());
			hub.tell(STATUS_ROOM);
		});
	}

	state(): StatusState {
		const { monitor, alerts } = this.#parts;
		const { active, history } = alerts.report;
		return {
			metrics: monitor.metrics(),
			alerts: { active, history: history.slice(0, TOLD) },
			health: this.health(),
			sample: monitor.latest,
		};
	}

	get alerts(): Alerts {
		return this.#parts.alerts.report;
	}

	/** What has to hold, each looked at now. */
	get checks(): Health['checks'] {
		const { monitor, stopping } = this.#parts;
		const { clock, log } = monitor.measured;
		return { log: log.writable, loop: clock.now() - this.#lookedAt < STOOD_STILL, accepting: !stopping() };
	}

	/** Why nobody should be sent here: nothing where all is well. */
	get troubles(): string[] {
		const { log, loop, accepting } = this.checks;
		return [
			...(log ? [] : ['the log takes no writes']),
			...(loop ? [] : ['the event loop stood still']),
			...(accepting ? [] : ['the server is stopping']),
		];
	}

	/** `down`: send nobody here. */
	health(): Health {
		const { monitor, alerts } = this.#parts;
		const troubles = this.troubles;
		const raised = alerts.report.active.filter(({ level }) => level !== 'info').map(({ message }) => message);
		const at = monitor.measured.clock.wall();
		return {
			status: troubles.length > 0 ? 'down' : raised.length > 0 ? 'degraded' : 'ok',
			reasons: [...troubles, ...raised],
			at,
			uptimeMs: monitor.uptimeMs,
			checks: this.checks,
		};
	}

	#readings(): Readings {
		const { monitor, publisher, closeAges } = this.#parts;
		const peak = closeAges.peak(monitor.measured.clock.now());
		return { ...readingsOf(monitor, publisher), closeAgePeak: peak?.share ?? null, closeAgePeakMs: peak?.ageMs ?? null };
	}
}
