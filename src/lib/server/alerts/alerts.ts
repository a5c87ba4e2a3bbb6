/** Holds every rule against each second's readings: raises an alert once, keeps it while it lasts, and says when it is over. */
import type { Clock } from '../../clock.ts';
import { type Alert, type Alerts as AlertReport, alertLevels } from '../../protocol/status.ts';
import { guarded, type Report } from '../errors.ts';
import { isWell, isWrong, type Readings, type Rule } from './rules.ts';

/** Alerts that are over and still told. */
const HISTORY = 100;

/** Who hears of an alert: when it is raised, and when it is over (`clearedAt` is set). Must not block; what it throws is reported. */
export interface AlertSink {
	raised(alert: Alert): void;
	cleared(alert: Alert): void;
}

/** Where a rule stands. Times are monotonic milliseconds: since when it is wrong, or since when it is well again. */
type State =
	| { status: 'clear' }
	| { status: 'pending'; since: number }
	| { status: 'raised'; alert: Alert }
	| { status: 'clearing'; alert: Alert; since: number };

const CLEAR: State = { status: 'clear' };

export interface AlertsOptions {
	rules: readonly Rule[];
	clock: Pick<Clock, 'now' | 'wall'>;
	sinks: readonly AlertSink[];
	/** Hears of a sink that throws. */
	report: Report;
}

/**
 * What an operator hears: one alert a trouble. A rule stays quiet while another one of its `unless` is raised (the warning beside
 * the error, the symptom beside its cause), and speaks up if it is still wrong when that one is over. One that was raised
 * before stays, and ends by itself: it is still true.
 */
export class Alerts {
	readonly #rules: readonly Rule[];
	readonly #clock: Pick<Clock, 'now' | 'wall'>;
	readonly #states = new Map<string, State>();
	readonly #tell: (event: 'raised' | 'cleared', alert: Alert) => void;
	#history: Alert[] = [];

	constructor({ rules, clock, sinks, report }: AlertsOptions) {
		this.#rules = rules;
		this.#clock = clock;
		const tellers = sinks.map((sink) =>
			guarded(report, 'alert sink', (event: 'raised' | 'cleared', alert: Alert) => sink[event](alert)),
		);
		this.#tell = (event, alert) => {
			for (const tell of tellers) tell(event, alert);
		};
	}

	/** Once a second. What raises or clears is told to the sinks before this returns. */
	evaluate(readings: Readings) {
		const now = this.#clock.now();
		for (const rule of this.#rules) {
			const before = this.#state(rule.name);
			const after = this.#next(rule, before, readings, now);
			if (after === before) continue;
			this.#states.set(rule.name, after);
			if (!isUp(before) && isUp(after)) this.#tell('raised', after.alert);
			else if (isUp(before) && !isUp(after)) this.#over(before.alert);
		}
	}

	/** The gravest first; the history by its end, the newest first. */
	get report(): AlertReport {
		const active = [...this.#states.values()].flatMap((state) => (isUp(state) ? [state.alert] : []));
		const gravity = ({ level }: Alert) => alertLevels.indexOf(level);
		return { active: active.sort((a, b) => gravity(b) - gravity(a) || b.raisedAt - a.raisedAt), history: [...this.#history] };
	}

	#state = (name: string): State => this.#states.get(name) ?? CLEAR;

	#next(rule: Rule, state: State, readings: Readings, now: number): State {
		const value = readings[rule.metric];
		// Nothing to say is calm: else a trouble that ends in silence would stay up for ever.
		const known = value !== null && Number.isFinite(value);
		if (!isUp(state)) {
			if (!known || !isWrong(rule, value)) return CLEAR;
			const since = state.status === 'pending' ? state.since : now;
			const quiet = rule.unless?.some((name) => isUp(this.#state(name)));
			if (now - since >= rule.forMs && !quiet) return { status: 'raised', alert: this.#raise(rule, value, readings) };
			return state.status === 'pending' ? state : { status: 'pending', since };
		}
		const alert = known ? worsened(state.alert, rule, value) : state.alert;
		if (known && !isWell(rule, value))
			return state.status === 'raised' && alert === state.alert ? state : { status: 'raised', alert };
		const since = state.status === 'clearing' ? state.since : now;
		if (now - since >= rule.clearForMs) return CLEAR;
		return state.status === 'clearing' ? state : { status: 'clearing', alert, since };
	}

	#raise(rule: Rule, value: number, readings: Readings): Alert {
		return {
			rule: rule.name,
			level: rule.level,
			message: rule.message(value, readings),
			advice: rule.advice,
			metric: rule.metric,
			value,
			worst: value,
			threshold: rule.threshold,
			raisedAt: this.#clock.wall(),
			clearedAt: null,
		};
	}

	#over(alert: Alert) {
		const ended = { ...alert, clearedAt: this.#clock.wall() };
		this.#history = [ended, ...this.#history.slice(0, HISTORY - 1)];
		this.#tell('cleared', ended);
	}
}

const isUp = (state: State): state is Extract<State, { alert: Alert }> =>
	state.status === 'raised' || state.status === 'clearing';

/** The same object while it gets no worse. */
function worsened(alert: Alert, { comparison }: Rule, value: number): Alert {
	const worse = comparison === 'above' ? value > alert.worst : value < alert.worst;
	return worse ? { ...alert, worst: value } : alert;
}
