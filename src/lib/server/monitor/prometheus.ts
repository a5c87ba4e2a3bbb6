/** `GET /metrics`: the figures of `/api/websocket/metrics` for Prometheus, in seconds and bytes, and never a name, a room or an id. */
import {
	type Alerts,
	alertLevels,
	incident,
	type Metrics,
	type TimingName,
	timingNames,
	transportNames,
} from '../../protocol/status.ts';
import { causes, classNames } from '../incidents/causes.ts';
import type { Overview } from '../overview.ts';
import { type Distribution, Exposition, type Samples } from './exposition.ts';
import type { Monitor, Timings } from './monitor.ts';
import { bucketBounds } from './timing.ts';

interface Exposed {
	metrics: Metrics;
	alerts: Alerts;
	timings: Timings;
	/** Of all ages in `metrics.closes.ages.seen`, in milliseconds. */
	agesMs: number;
}

/** In seconds, coarser than what the server keeps: a bound is a series for each timing. */
const TIMING_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, Infinity];
/** In seconds, dense where idle timeouts of proxies lie: at 30, 60 and 100 s. */
const AGE_BOUNDS = [5, 15, 25, 30, 35, 45, 55, 60, 65, 75, 90, 100, 105, 120, 300, 600, 3_600, Infinity];

const timingHelp: Record<TimingName, [name: string, help: string]> = {
	response: ['response', 'From a publish to its ack or nack.'],
	delivery: ['delivery', 'From a publish until it was handed to everybody who follows the room.'],
	commit: ['commit', 'One transaction of the log, with the wait for the disk.'],
	roundTrip: ['round_trip', 'From a ping of the server to its pong.'],
	loopDelay: ['loop_delay', 'How late the event loop was at worst, each second.'],
};

/** A sample for each value that the label can take, so that a rate sees the first one as a rise from 0. */
const by = (label: string, values: readonly string[], counts: Readonly<Record<string, number | undefined>>): Samples =>
	values.map((value) => [{ [label]: value }, counts[value] ?? 0]);
const bit = (yes: boolean) => (yes ? 1 : 0);

export function prometheusOf({ monitor, overview }: { monitor: Monitor; overview: Overview }): string {
	const { timings, incidents } = monitor.measured;
	const { agesMs } = incidents.report.closes;
	return prometheusText({ metrics: monitor.metrics(), alerts: overview.alerts, timings, agesMs });
}

export function prometheusText(exposed: Exposed): string {
	const exposition = new Exposition();
	tellClients(exposition, exposed.metrics);
	tellMessages(exposition, exposed.metrics);
	tellTrouble(exposition, exposed);
	tellTimings(exposition, exposed);
	tellProcess(exposition, exposed.metrics);
	return exposition.text;
}

function tellClients(to: Exposition, { connections, transports, recovery, reconnects, outbox }: Metrics) {
	to.gauge('holdfast_connections', 'Open connections.', by('transport', transportNames, connections.byTransport));
	to.gauge('holdfast_connections_peak', 'Most connections at once.', connections.peak);
	to.gauge('holdfast_connections_limit', 'Connections that may be open at once; 0 is no limit.', connections.max);
	to.gauge(
		'holdfast_clients',
		'Clients by what carries them.',
		transportNames.map((transport) => [{ transport }, transports[transport].clients]),
	);
	to.counter(
		'holdfast_connection_attempts_total',
		'Connections that were asked for, and whether they were welcomed.',
		transportNames.flatMap((transport): Samples => {
			const { successes, refused } = transports[transport];
			return [
				[{ transport, result: 'welcomed' }, successes],
				[{ transport, result: 'refused' }, refused],
			];
		}),
	);
	to.gauge('holdfast_users', 'People who are connected.', connections.users);
	to.gauge('holdfast_sessions', 'Sessions, with those that wait for the return of a client.', connections.sessions);
	to.gauge('holdfast_rooms', 'Rooms that somebody follows.', connections.rooms);
	const { rate: _, ...results } = recovery;
	to.counter('holdfast_subscriptions_total', 'Answers to subscribes.', by('result', Object.keys(results), results));
	to.counter('holdfast_reconnects_total', 'Clients that came back.', reconnects.total);
	to.gauge('holdfast_outbox_messages', 'Messages that wait for their ack, as clients say.', outbox.messages);
	to.gauge('holdfast_outbox_oldest_seconds', 'Age of the oldest of them.', outbox.oldestMs / 1_000);
}

function tellMessages(to: Exposition, { messages }: Metrics) {
	const { received, stored, duplicates, failed, delivered } = messages;
	to.counter('holdfast_messages_received_total', 'Publishes that came in.', received);
	const results = { stored, duplicate: duplicates, failed };
	to.counter('holdfast_messages_answered_total', 'Publishes that were answered.', by('result', Object.keys(results), results));
	to.counter('holdfast_messages_delivered_total', 'Messages that were handed to connections.', delivered);
}

function tellTrouble(to: Exposition, { metrics: { errors, closes }, alerts, agesMs }: Exposed) {
	const transports = [...transportNames, 'http', 'server'];
	to.counter('holdfast_errors_total', 'Errors by how they came.', by('kind', incident.entries.kind.options, errors.byKind));
	to.counter('holdfast_errors_by_cause_total', 'The same errors by cause.', by('cause', causes, errors.byCause));
	to.counter('holdfast_errors_by_class_total', 'The same errors by class.', by('class', classNames, errors.byClass));
	to.counter('holdfast_errors_by_transport_total', 'The same by transport.', by('transport', transports, errors.byTransport));
	to.counter('holdfast_closes_total', 'Connections that ended.', by('cause', causes, closes.byCause));
	to.counter('holdfast_broken_connections_total', 'Connections that broke.', closes.broken);
	const ages = closes.ages.seen.map(({ fromMs, count }): [number, number] => [fromMs / 1_000, count]);
	to.histogram('holdfast_close_age_seconds', 'Ages of connections that broke: a peak is the idle timeout of a proxy.', {
		// What lasted exactly as long as a bound is counted above it.
		counts: merged(ages, AGE_BOUNDS, (from, bound) => from < bound),
		sum: agesMs / 1_000,
	});
	const active = (level: string) => alerts.active.filter((alert) => alert.level === level).length;
	to.gauge(
		'holdfast_alerts',
		'Alerts that are raised.',
		alertLevels.map((level) => [{ level }, active(level)]),
	);
}

function tellTimings(to: Exposition, { timings }: Exposed) {
	for (const each of timingNames) {
		const [name, help] = timingHelp[each];
		const { buckets, sumMs } = timings[each];
		const counts = Array.from(buckets, (count, index): [number, number] => [(bucketBounds[index] ?? Infinity) / 1_000, count]);
		to.histogram(`holdfast_${name}_seconds`, help, {
			counts: merged(counts, TIMING_BOUNDS, (upTo, bound) => upTo <= bound),
			sum: sumMs / 1_000,
		});
	}
}

function tellProcess(to: Exposition, { process, log, server, since }: Metrics) {
	to.gauge('holdfast_start_time_seconds', 'When the server started, since 1970.', server.startedAt / 1_000);
	to.gauge('holdfast_counting_since_seconds', 'When it began to count: its start, or the last reset.', since / 1_000);
	to.gauge('holdfast_cpu_ratio', 'Processor time over the last second, in cores.', process.cpu);
	to.gauge('holdfast_load1', 'Load of the machine over a minute.', process.load[0]);
	to.gauge('holdfast_resident_memory_bytes', 'Memory of the process.', process.rss);
	to.gauge('holdfast_heap_used_bytes', 'JavaScript heap in use.', process.heapUsed);
	to.gauge('holdfast_heap_size_bytes', 'JavaScript heap in all.', process.heapTotal);
	to.gauge('holdfast_memory_limit_bytes', 'Memory that the machine or its container has.', process.memoryLimit);
	to.gauge('holdfast_log_writable', 'Whether the log takes writes.', bit(log.writable));
	to.gauge('holdfast_log_database_bytes', 'Size of the database.', log.databaseBytes);
	to.gauge('holdfast_log_wal_bytes', 'Size of its write-ahead log.', log.walBytes);
}

/** Counts of fine buckets in coarse ones: each goes to the first that `holds` it. */
function merged(
	fine: readonly (readonly [bound: number, count: number])[],
	bounds: readonly number[],
	holds: (fine: number, bound: number) => boolean,
): Distribution['counts'] {
	const counts = new Map(bounds.map((bound) => [bound, 0]));
	for (const [each, count] of fine) {
		const bound = bounds.find((coarse) => holds(each, coarse)) ?? Infinity;
		counts.set(bound, (counts.get(bound) ?? 0) + count);
	}
	return [...counts];
}
