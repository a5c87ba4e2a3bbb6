/** `GET /metrics` as Prometheus reads it: well-formed, of few series with labels from closed sets, and of the same figures as the JSON. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import * as v from 'valibot';
import { type Metrics, metrics, timingNames, transportNames } from '../../src/lib/protocol/status.ts';
import { Ages } from '../../src/lib/server/incidents/ages.ts';
import { causes, classNames } from '../../src/lib/server/incidents/causes.ts';
import { createTimings } from '../../src/lib/server/monitor/monitor.ts';
import { prometheusText } from '../../src/lib/server/monitor/prometheus.ts';
import { helloOf, poll } from '../support/poll.ts';
import { type Family, parsePrometheus, type Sample } from '../support/prometheus.ts';
import { until } from '../support/until.ts';
import { type Operated, startOperated } from './operator.ts';

let server: Operated;
let families: Map<string, Family>;
let figures: Metrics;
beforeAll(async () => {
	server = await startOperated({ env: { HEARTBEAT_INTERVAL_MS: '200000' } }); // nobody answers pings here
	const [ann, bea] = [await server.peer('Ann'), await server.peer('Bea')];
	await ann.hello({ rooms: ['lobby'] });
	await bea.hello({ rooms: ['lobby', 'other'] });
	for (let n = 0; n < 7; n++) await ann.publish('lobby', `message ${n}`);
	await ann.publish('lobby', ' ');
	await poll(server.url, [helloOf('p'.repeat(22))], { cookie: await server.cookie('Cyd') });
	await poll(server.url, 'x', {});
	await server.clock.advance(61_000);
	bea.terminate();
	await until(() => server.realtime.incidents().closes.broken === 1);
	await server.clock.advance(1_000);
	const answer = await server.ask('/metrics');
	expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
	families = parsePrometheus(await answer.text());
	figures = v.parse(metrics, await (await server.ask('metrics')).json());
	ann.close();
});
afterAll(() => server.close());

const samples = (): Sample[] => [...families.values()].flatMap((family) => family.samples);
const value = (name: string, labels: Record<string, string> = {}) => {
	const found = samples().find((each) => each.name === name && Bun.deepEquals(each.labels, labels));
	if (!found) throw new Error(`no ${name} with ${JSON.stringify(labels)}`);
	return found.value;
};
/** A family's samples by the value of their one label. */
const byLabel = (name: string, label: string) =>
	Object.fromEntries((families.get(name)?.samples ?? []).map(({ labels, value }) => [labels[label], value]));
const without0 = (counts: Record<string, number>) =>
	Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));

describe('the text', () => {
	it('all names begin alike, and there are less than 200 series', () => {
		for (const name of families.keys()) expect(name).toStartWith('holdfast_');
		expect(samples().length).toBeGreaterThan(100);
		expect(samples().length).toBeLessThan(200);
	});

	it('every value of a label is of its closed set', () => {
		const closed: Record<string, readonly string[]> = {
			transport: [...transportNames, 'http', 'server'],
			cause: causes,
			class: classNames,
			kind: ['close', 'refusal', 'error', 'failure'],
			result: ['welcomed', 'refused', 'stored', 'duplicate', 'failed', 'fresh', 'resumed', 'gap', 'reset'],
			level: ['info', 'warn', 'error'],
		};
		for (const { labels } of samples()) {
			for (const [label, text] of Object.entries(labels)) if (label !== 'le') expect(closed[label]).toContain(text);
		}
	});

	it('no trouble at all -> the same series as after some: nothing appears when it first happens', async () => {
		const idle = await startOperated();
		const text = parsePrometheus(await (await idle.ask('/metrics')).text());
		const series = (of: Map<string, Family>) =>
			[...of.values()].flatMap((family) => family.samples.map(({ name, labels }) => [name, labels]));
		expect(series(text)).toEqual(series(families));
		await idle.close();
	});
});

describe('the figures are those of /api/websocket/metrics', () => {
	it('clients and transports', () => {
		expect(byLabel('holdfast_connections', 'transport')).toEqual(figures.connections.byTransport);
		for (const transport of transportNames) {
			const { clients, successes, refused } = figures.transports[transport];
			expect(value('holdfast_clients', { transport })).toBe(clients);
			expect(value('holdfast_connection_attempts_total', { transport, result: 'welcomed' })).toBe(successes);
			expect(value('holdfast_connection_attempts_total', { transport, result: 'refused' })).toBe(refused);
		}
		const { peak, max, users, sessions, rooms } = figures.connections;
		expect([peak, max, users, rooms]).toEqual([2, 1_000, 1, 1]);
		expect([
			value('holdfast_connections_peak'),
			value('holdfast_connections_limit'),
			value('holdfast_users'),
			value('holdfast_sessions'),
			value('holdfast_rooms'),
		]).toEqual([peak, max, users, sessions, rooms]);
		const { rate: _, ...recovery } = figures.recovery;
		expect(byLabel('holdfast_subscriptions_total', 'result')).toEqual(recovery);
		expect(value('holdfast_reconnects_total')).toBe(figures.reconnects.total);
	});

	it('messages', () => {
		const { received, stored, duplicates, failed, delivered } = figures.messages;
		expect([received, stored, duplicates, failed, delivered]).toEqual([8, 7, 0, 1, 14]);
		expect(value('holdfast_messages_received_total')).toBe(received);
		expect(value('holdfast_messages_delivered_total')).toBe(delivered);
		expect(byLabel('holdfast_messages_answered_total', 'result')).toEqual({ stored, duplicate: duplicates, failed });
	});

	it('errors and closes', () => {
		const { errors, closes } = figures;
		expect(errors).toMatchObject({ total: 3, byKind: { close: 1, refusal: 1, error: 1 } });
		expect(without0(byLabel('holdfast_errors_total', 'kind'))).toEqual(errors.byKind);
		expect(without0(byLabel('holdfast_errors_by_cause_total', 'cause'))).toEqual(errors.byCause);
		expect(without0(byLabel('holdfast_errors_by_class_total', 'class'))).toEqual(errors.byClass);
		expect(without0(byLabel('holdfast_errors_by_transport_total', 'transport'))).toEqual(errors.byTransport);
		expect(without0(byLabel('holdfast_closes_total', 'cause'))).toEqual(closes.byCause);
		expect(value('holdfast_broken_connections_total')).toBe(closes.broken);
		const ages = byLabel('holdfast_close_age_seconds', 'le');
		expect([ages['55.0'], ages['60.0'], ages['65.0'], ages['+Inf']]).toEqual([0, 0, 1, 1]);
		expect(value('holdfast_close_age_seconds_sum')).toBe(61);
	});

	it('times', () => {
		const names = {
			response: 'response',
			delivery: 'delivery',
			commit: 'commit',
			roundTrip: 'round_trip',
			loopDelay: 'loop_delay',
		};
		for (const each of timingNames) {
			const name = `holdfast_${names[each]}_seconds`;
			// The JSON tells those of the last minute.
			expect(value(`${name}_count`)).toBeGreaterThanOrEqual(figures.timings[each].count);
		}
		expect(value('holdfast_response_seconds_count')).toBe(8);
		expect(value('holdfast_delivery_seconds_count')).toBe(7);
		expect(value('holdfast_start_time_seconds')).toBe(figures.server.startedAt / 1_000);
		expect(value('holdfast_counting_since_seconds')).toBe(figures.since / 1_000);
	});

	it('the process and the log', () => {
		expect(value('holdfast_memory_limit_bytes')).toBe(figures.process.memoryLimit);
		expect(value('holdfast_log_writable')).toBe(1);
		expect(value('holdfast_log_database_bytes')).toBe(figures.log.databaseBytes);
		expect(value('holdfast_resident_memory_bytes')).toBeGreaterThan(10_000_000);
		expect(value('holdfast_cpu_ratio')).toBe(figures.process.cpu);
	});
});

describe('buckets', () => {
	it('each bound is spelled as Prometheus 3 keeps it, so that rules find it there and in version 2', () => {
		const bounds = [...families.values()].flatMap(({ samples }) => samples.flatMap(({ labels }) => labels.le ?? []));
		expect(bounds.length).toBeGreaterThan(50);
		for (const le of bounds) expect(le).toMatch(/^(?:\d+\.\d+|\+Inf)$/);
	});

	it('each bound counts what lies at it or below; an age at a bound, which began there, above', () => {
		const timings = createTimings();
		const times = [0.1, 1, 1.001, 2.5, 9, 10, 30, 100, 249, 250, 400, 500, 501, 1_000, 3_000, 6_000, 20_000];
		for (const ms of times) timings.commit.record(ms);
		const ages = new Ages();
		for (const seconds of [0, 4, 5, 29, 30, 61, 99, 100, 4_000]) ages.add(seconds * 1_000);
		const closes = { ...figures.closes, ages: { seen: ages.buckets, reported: [] } };
		const alerts = { active: [], history: [] };
		families = parsePrometheus(prometheusText({ metrics: { ...figures, closes }, alerts, timings, agesMs: ages.sumMs }));
		for (const [le, count] of Object.entries(byLabel('holdfast_commit_seconds', 'le'))) {
			if (le === 'undefined') continue; // the sum and the count
			expect([le, count]).toEqual([le, times.filter((ms) => le === '+Inf' || ms <= Number(le) * 1_000).length]);
		}
		expect(value('holdfast_commit_seconds_sum')).toBeCloseTo(times.reduce((sum, ms) => sum + ms, 0) / 1_000, 9);
		const below = byLabel('holdfast_close_age_seconds', 'le');
		expect(['5.0', '15.0', '30.0', '35.0', '65.0', '100.0', '105.0', '3600.0', '+Inf'].map((le) => below[le])).toEqual([
			2, 3, 4, 5, 6, 7, 8, 8, 9,
		]);
		expect(value('holdfast_close_age_seconds_sum')).toBe(ages.sumMs / 1_000);
	});
});
