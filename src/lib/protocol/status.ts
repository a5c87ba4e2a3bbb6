/** What a server tells of itself: every shape of `/api/websocket/…` and of the status room, once, for the server that answers and the page that asks. */
import * as v from 'valibot';
import { integer } from './integer.ts';
import { counts, metrics, transportNames } from './metrics.ts';
import { sample, series } from './series.ts';
import { user } from './server-frames.ts';

export { type Metrics, metrics, type TimingName, type TimingReport, timingNames, transportNames } from './metrics.ts';
export { type Sample, type Series, type SeriesName, sample, series, seriesNames, type Window, windows } from './series.ts';

/** The room in which the figures are told each second, as its state. Nobody publishes in it, and nothing of it is stored. */
export const STATUS_ROOM = '$system:status';
/** Rooms whose names begin so are the server's own. */
export const SYSTEM_PREFIX = '$system:';

const count = integer(0);
/** Milliseconds, or wall time in milliseconds since 1970. */
const ms = v.number();

export const alertLevels = ['info', 'warn', 'error'] as const;
export type AlertLevel = (typeof alertLevels)[number];
export const alert = v.object({
	/** The rule's name, such as `memory`. */
	rule: v.string(),
	level: v.picklist(alertLevels),
	/** What is wrong, in a sentence, with its figure; and what to do about it. */
	message: v.string(),
	advice: v.string(),
	metric: v.string(),
	/** As it was when the alert was raised, and the worst since. */
	value: v.number(),
	worst: v.number(),
	threshold: v.number(),
	raisedAt: ms,
	/** Null while it lasts. */
	clearedAt: v.nullable(ms),
});
export type Alert = v.InferOutput<typeof alert>;
/** `history`: those that are over, the newest first. */
export const alerts = v.object({ active: v.array(alert), history: v.array(alert) });
export type Alerts = v.InferOutput<typeof alerts>;

/** `GET /api/websocket/health`: 200 unless `down`. `degraded`: it works, and an alert is raised. */
export const health = v.object({
	status: v.picklist(['ok', 'degraded', 'down']),
	/** Why it is not `ok`. */
	reasons: v.array(v.string()),
	at: ms,
	uptimeMs: ms,
	checks: v.object({ log: v.boolean(), loop: v.boolean(), accepting: v.boolean() }),
});
export type Health = v.InferOutput<typeof health>;

export const incident = v.object({
	kind: v.picklist(['close', 'refusal', 'error', 'failure']),
	at: ms,
	times: count,
	cause: v.string(),
	class: v.string(),
	code: v.union([v.number(), v.string()]),
	transport: v.string(),
	ageMs: ms,
	/** To whom and where: only told to who brings the token. */
	connection: v.optional(v.string()),
	user: v.optional(v.string()),
	room: v.optional(v.string()),
	/** What a client that follows the protocol does about it. */
	advice: v.picklist(['none', 'wait', 'renew', 'stop']),
	retryAfterMs: ms,
});
export type IncidentReport = v.InferOutput<typeof incident>;
/** `GET /api/websocket/errors`. `history`: the last ones, the newest first. */
export const errors = v.object({
	at: ms,
	since: ms,
	...metrics.entries.errors.entries,
	lastMinuteByCause: counts,
	history: v.array(incident),
});
export type Errors = v.InferOutput<typeof errors>;

export const qualities = ['excellent', 'good', 'fair', 'poor', 'unknown'] as const;
export const connectionRow = v.object({
	/** As in the logs, and in the panel of the client's badge. */
	id: v.string(),
	user: v.nullable(user),
	transport: v.picklist(transportNames),
	address: v.string(),
	rooms: v.array(v.string()),
	/** Since its client was welcomed over this transport. */
	ageMs: ms,
	roundTripMs: v.nullable(ms),
	quality: v.picklist(qualities),
	/** Bytes that wait for its reader. */
	bufferedBytes: count,
	/** Messages that wait for their ack, as its client says; null: it has not said. */
	outbox: v.nullable(v.object({ messages: count, oldestMs: ms })),
});
export type ConnectionRow = v.InferOutput<typeof connectionRow>;
export const connectionOrders = ['user', 'transport', 'rooms', 'age', 'roundTrip', 'buffered'] as const;
export type ConnectionOrder = (typeof connectionOrders)[number];
/** `GET /api/websocket/connections?search=&sort=&descending=&limit=`: those that match, as many as asked for. */
export const connections = v.object({ total: count, matching: count, rows: v.array(connectionRow) });
export type Connections = v.InferOutput<typeof connections>;

/** What the status room tells each second. */
export const statusState = v.object({ metrics, alerts, health, sample });
export type StatusState = v.InferOutput<typeof statusState>;

/** `GET /api/websocket/status?window=`: everything for the page; `connections` and `incidents` only for who brings the token. */
export const status = v.object({
	...statusState.entries,
	series,
	incidents: v.optional(v.array(incident)),
	connections: v.optional(connections),
});
export type Status = v.InferOutput<typeof status>;
