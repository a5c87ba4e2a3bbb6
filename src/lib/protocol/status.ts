/** What a server tells of itself: every shape of `/api/websocket/…` and of the status room, once, for the server that answers and the page that asks. */
import * as v from 'valibot';
import { integer } from './integer.ts';
import { user } from './server-frames.ts';

/** The room in which the figures are told each second, as its state. Nobody publishes in it, and nothing of it is stored. */
export const STATUS_ROOM = '$system:status';
/** Rooms whose names begin so are the server's own. */
export const SYSTEM_PREFIX = '$system:';

const count = integer(0);
/** Milliseconds, or wall time in milliseconds since 1970. */
const ms = v.number();
/** From 0 to 1; null where there is nothing to divide by. */
const share = v.nullable(v.number());
const counts = v.record(v.string(), count);

export const transportNames = ['websocket', 'event-stream', 'long-polling'] as const;

/** Of the last minute; null where nothing was measured in it. */
const timing = v.object({
	count,
	p50: v.nullable(ms),
	p95: v.nullable(ms),
	p99: v.nullable(ms),
	max: v.nullable(ms),
});
export type TimingReport = v.InferOutput<typeof timing>;
/**
 * `response`: from a publish to its ack or nack. `delivery`: from a publish until it is handed to everybody who follows the room.
 * `commit`: one transaction, the wait for the disk included. `roundTrip`: from a ping of ours to its pong. `loopDelay`: how late the event loop is.
 */
export const timingNames = ['response', 'delivery', 'commit', 'roundTrip', 'loopDelay'] as const;
export type TimingName = (typeof timingNames)[number];

const ages = v.array(v.object({ fromMs: ms, toMs: v.nullable(ms), count }));

const way = v.object({
	/** Clients that it carries now. */
	clients: count,
	/** Connections that were asked for, those that were welcomed, and those that were turned away. */
	attempts: count,
	successes: count,
	refused: count,
	/** Welcomed among all that are decided. */
	successRate: share,
});

/** `GET /api/websocket/metrics`. Counts are those since `since`: the start, or the last reset. */
export const metrics = v.object({
	at: ms,
	since: ms,
	server: v.object({ node: v.string(), boot: v.string(), version: v.string(), startedAt: ms, uptimeMs: ms }),
	connections: v.object({
		now: count,
		peak: count,
		total: count,
		/** As many as may be at once; 0: no limit. */
		max: count,
		byTransport: v.object({ websocket: count, 'event-stream': count, 'long-polling': count }),
		/** People, sessions (also those that wait for a client's return), and rooms that somebody follows. */
		users: count,
		sessions: count,
		rooms: count,
	}),
	transports: v.object({ websocket: way, 'event-stream': way, 'long-polling': way }),
	/** Clients over HTTP among all. */
	fallbackShare: share,
	messages: v.object({
		/** Publishes that came in; of those: stored, stored before, refused. */
		received: count,
		stored: count,
		duplicates: count,
		failed: count,
		/** Messages that were handed to connections, replays among them. */
		delivered: count,
		/** Not refused, among those that were answered. */
		successRate: share,
		/** Over the last 10 s. */
		receivedPerSecond: v.number(),
		deliveredPerSecond: v.number(),
	}),
	/** Refusals, refused frames, our own failures, and connections that did not end as they should. */
	errors: v.object({ total: count, lastMinute: count, byKind: counts, byClass: counts, byCause: counts, byTransport: counts }),
	closes: v.object({
		/** Every connection that ended, and those among them that broke. */
		total: count,
		broken: count,
		byCause: counts,
		/** How old they were when they broke: as seen here, and as clients reported it. */
		ages: v.object({ seen: ages, reported: ages }),
	}),
	/** What was answered to rooms that were subscribed to. */
	recovery: v.object({ fresh: count, resumed: count, gap: count, reset: count, rate: share }),
	/** Clients that came back. */
	reconnects: v.object({ total: count, lastMinute: count }),
	slowConsumers: count,
	/** What clients say of messages that wait for their ack: the sum of the last reports of those who are here. */
	outbox: v.object({ clients: count, messages: count, oldestMs: ms }),
	timings: v.object({ response: timing, delivery: timing, commit: timing, roundTrip: timing, loopDelay: timing }),
	process: v.object({
		/** Of one core, over the last second. */
		cpu: v.number(),
		load: v.tuple([v.number(), v.number(), v.number()]),
		/** Bytes; `memoryLimit` is what the host or its container has. */
		rss: count,
		heapUsed: count,
		heapTotal: count,
		memoryLimit: count,
	}),
	/** `writable`: whether the last write went through. Sizes in bytes; 0 for a log that has no files. */
	log: v.object({ writable: v.boolean(), databaseBytes: count, walBytes: count }),
});
export type Metrics = v.InferOutput<typeof metrics>;

/** What is kept for charts, a value a second for an hour and a minute for a day: per second where it is a rate, milliseconds, bytes, or a plain number. */
export const seriesNames = [
	'connections',
	/** Clients over HTTP. */
	'fallback',
	'received',
	'delivered',
	'failed',
	'errors',
	'broken',
	/** p95 of the second, or the highest p95 of the minute. */
	'responseMs',
	'deliveryMs',
	'commitMs',
	'roundTripMs',
	/** The worst of the second or minute. */
	'loopDelayMs',
	'rss',
	'heapUsed',
	'cpu',
	'load',
] as const;
export type SeriesName = (typeof seriesNames)[number];
const value = v.nullable(v.number());

/** One point of every series. */
export const sample = v.object({
	at: ms,
	values: v.object({
		connections: value,
		fallback: value,
		received: value,
		delivered: value,
		failed: value,
		errors: value,
		broken: value,
		responseMs: value,
		deliveryMs: value,
		commitMs: value,
		roundTripMs: value,
		loopDelayMs: value,
		rss: value,
		heapUsed: value,
		cpu: value,
		load: value,
	}),
});
export type Sample = v.InferOutput<typeof sample>;

export const windows = ['5m', '1h', '24h'] as const;
export type Window = (typeof windows)[number];

/** Points at even distances: the first at `from`, each `stepMs` after the one before; null where nothing was measured. */
export const series = v.object({
	window: v.picklist(windows),
	from: ms,
	stepMs: ms,
	values: v.object({
		connections: v.array(value),
		fallback: v.array(value),
		received: v.array(value),
		delivered: v.array(value),
		failed: v.array(value),
		errors: v.array(value),
		broken: v.array(value),
		responseMs: v.array(value),
		deliveryMs: v.array(value),
		commitMs: v.array(value),
		roundTripMs: v.array(value),
		loopDelayMs: v.array(value),
		rss: v.array(value),
		heapUsed: v.array(value),
		cpu: v.array(value),
		load: v.array(value),
	}),
});
export type Series = v.InferOutput<typeof series>;

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
