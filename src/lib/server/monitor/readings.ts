/** The figures that alert rules look at, once a second: see `MetricName` for the meaning of each. */
import type { Readings } from '../alerts/rules.ts';
import type { Publisher } from '../publisher.ts';
import { share } from './metrics.ts';
import type { Monitor } from './monitor.ts';

/** Windows, in seconds. */
const TIMINGS = 30;
const ERRORS = 30;
const LOOP = 10;
const RECOVERY = 120;
const BURST = 10;
const LOG = 10;

/** Below so many there is too little to say anything. */
const LEAST = { answers: 50, faults: 10, publishes: 10, rooms: 20, clients: 10, open: 10, lost: 5 };

export function readingsOf(
	{ measured, presence, recent, history }: Monitor,
	{ committingMs, refusedAt }: Pick<Publisher, 'committingMs' | 'refusedAt'>,
): Omit<Readings, 'closeAgePeak' | 'closeAgePeakMs'> {
	const { clock, registry, timings, host, log, maxConnections } = measured;
	const clients = presence.clients;
	const overHttp = clients['event-stream'] + clients['long-polling'];
	const answers = recent.grown('answers', ERRORS);
	const faults = recent.grown('faults', ERRORS);
	const resumed = recent.grown('resumed', RECOVERY);
	const rooms = resumed + recent.grown('unresumed', RECOVERY);
	const response = timings.response.report(TIMINGS);
	const commit = timings.commit.report(TIMINGS);
	const open = recent.ago(BURST)?.open ?? 0;
	const lost = recent.grown('lost', BURST);
	const isFailing = !log.writable || (refusedAt !== null && clock.now() - refusedAt <= LOG * 1_000);
	return {
		connectionShare: share(registry.count, maxConnections),
		errorShare: answers >= LEAST.answers && faults >= LEAST.faults ? faults / answers : null,
		memoryShare: host.memory().rss / host.memoryLimit,
		responseMs: response.count >= LEAST.publishes ? response.p95 : null,
		loopDelayMs: history.lately('loopDelayMs', LOOP),
		recoveryShare: rooms >= LEAST.rooms ? resumed / rooms : null,
		fallbackShare: overHttp + clients.websocket >= LEAST.clients ? overHttp / (overHttp + clients.websocket) : null,
		closeBurst: open < LEAST.open ? null : lost < LEAST.lost ? 0 : Math.min(1, lost / open),
		logFailing: isFailing ? 1 : 0,
		commitMs: committingMs > (commit.p95 ?? 0) ? committingMs : commit.p95,
	};
}
