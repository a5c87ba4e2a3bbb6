/** What an alert rule is, and the figures that rules look at: each with its unit, its window, and the least it takes to say anything. */
import type { AlertLevel } from '../../protocol/status.ts';

/**
 * The figures of one moment, taken once a second. Null: too little happened to say anything. That is never a reason to
 * raise, and never one to keep an alert up: it counts as calm.
 */
export type Readings = Record<MetricName, number | null>;

export type MetricName =
	/** Connections of all transports now, as a share (0 to 1) of `MAX_CONNECTIONS`. Null without a limit. */
	| 'connectionShare'
	/**
	 * Of all answers of the last 30 s (acks, nacks, `subscribed`, `error` frames, failures of our own code) the share (0 to 1) that
	 * were nacks, errors or failures. Not counted among those: `storage` and the `out-of-order` that follows it (see
	 * `logFailing`), `overloaded` (see `connectionShare`), and whoever was turned away before being connected. Null below 50
	 * answers or below 10 errors among them: one person's mistake is no trouble of the server.
	 */
	| 'errorShare'
	/** Resident memory as a share (0 to 1) of what the host or its container has. */
	| 'memoryShare'
	/** Milliseconds from a publish to its ack or nack, 95th percentile of the last 30 s. Null below 10 of them. */
	| 'responseMs'
	/** The longest that the event loop was late within the last 10 s, in milliseconds. */
	| 'loopDelayMs'
	/** Of the rooms that were subscribed to with a position in the last 2 min the share (0 to 1) that were `resumed`; the others got `gap` or `reset`. Null below 20 of them. */
	| 'recoveryShare'
	/** Clients over HTTP as a share (0 to 1) of the clients that are here. Null below 10 clients. */
	| 'fallbackShare'
	/**
	 * Connections that broke (error class `connection`) within the last 10 s, as a share (0 to 1, never more) of those that were
	 * open 10 s ago. Null where fewer than 10 were; 0 while fewer than 5 broke.
	 */
	| 'closeBurst'
	/** 1 while the log takes no writes, and for 10 s after it refused one; else 0. */
	| 'logFailing'
	/**
	 * Milliseconds of one transaction of the log, 95th percentile of the last 30 s; but never less than the age of the
	 * transaction that is under way: a disk that hangs ends none. Null where there was none.
	 */
	| 'commitMs'
	/**
	 * Of the connections that the network broke (cause `network`) in the last 4 min the share (0 to 1) whose ages lie within 5 s of each
	 * other, and the middle of these ages in milliseconds: `CloseAges` counts both. Null below 10 of them; 0 where they are no peak or one burst.
	 */
	| 'closeAgePeak'
	| 'closeAgePeakMs';

/** A rule is data: `Alerts` holds it against each second's readings. */
export interface Rule {
	/** What the alert is called everywhere, such as `memory`. */
	name: string;
	metric: MetricName;
	/** `above`: wrong at the threshold or over it, well again at `clear` or under it. `below`: wrong under the threshold, well again at `clear` or over it. */
	comparison: 'above' | 'below';
	threshold: number;
	/** Milliseconds for which it has to be wrong without a break until the alert is raised; 0: at once. */
	forMs: number;
	/** Between this and the threshold nothing changes: a figure that sways around the threshold is one alert. */
	clear: number;
	/** Milliseconds for which it has to be well without a break until the alert is over. */
	clearForMs: number;
	level: AlertLevel;
	/** What is wrong, in a sentence, with its figure. */
	message(value: number, readings: Readings): string;
	/** What the operator can do about it. */
	advice: string;
	/** Graver rules about the same, and rules that name the cause: while one of them is raised, this one is not raised beside it. */
	unless?: readonly string[];
}

export const isWrong = ({ comparison, threshold }: Rule, value: number): boolean =>
	comparison === 'above' ? value >= threshold : value < threshold;

export const isWell = ({ comparison, clear }: Rule, value: number): boolean =>
	comparison === 'above' ? value <= clear : value >= clear;
