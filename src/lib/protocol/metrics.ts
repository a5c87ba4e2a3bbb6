/** Every figure that a server tells of itself. */
import * as v from 'valibot';
import { integer } from './integer.ts';

const count = integer(0);
/** Milliseconds, or wall time in milliseconds since 1970. */
const ms = v.number();
/** From 0 to 1; null where there is nothing to divide by. */
const share = v.nullable(v.number());
export const counts = v.record(v.string(), count);

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
	/** Connections that were asked for, those that were welcomed, and those that were not: turned away, or gone before their hello. */
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
		/** Every connection that ended, and those among them that broke. A poll that was answered and a stream that lasted its time are none. */
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
