/** T-80: what the server tells of an hour is what happened in it, to the last message and close, at every endpoint. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import * as v from 'valibot';
import { errors, metrics, status } from '../../src/lib/protocol/status.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { parsePrometheus } from '../support/prometheus.ts';
import { liveScriptedHour, scriptedHour, scriptedHourEnv } from '../support/scripted-hour.ts';

const clock = new FakeClock();
let server: InProcess;
beforeAll(async () => {
	server = await startInProcess({ clock, development: true, env: scriptedHourEnv });
	await liveScriptedHour(server, clock);
}, 60_000);
afterAll(() => server.close());

/** What lies at a dot path. */
const at = (value: unknown, path: string): unknown =>
	path.split('.').reduce<unknown>((each, key) => (each && typeof each === 'object' ? Reflect.get(each, key) : undefined), value);
const asked = async (path: string): Promise<unknown> => (await fetch(`${server.url}${path}`)).json();
const paths = Object.keys(scriptedHour);

describe('T-80 an hour by script', () => {
	it.each(paths)('/api/websocket/metrics: %s', async (path) => {
		expect(at(v.parse(metrics, await asked('/api/websocket/metrics')), path)).toEqual(scriptedHour[path]);
	});

	it('/api/websocket/status tells the same, and its curves hold every message and error of the hour', async () => {
		const told = v.parse(status, await asked('/api/websocket/status?window=1h'));
		for (const path of paths) expect(at(told.metrics, path)).toEqual(scriptedHour[path]);
		const sum = (values: (number | null)[]) =>
			Math.round(values.reduce<number>((total, value) => total + (value ?? 0), 0) * (told.series.stepMs / 1_000));
		const { received, delivered, failed, errors, broken } = told.series.values;
		expect([received, delivered, failed, errors, broken].map(sum)).toEqual(
			['messages.received', 'messages.delivered', 'messages.failed', 'errors.total', 'closes.broken'].map((path) =>
				Number(scriptedHour[path]),
			),
		);
		expect(told.series.values.connections.at(-1)).toBeGreaterThan(168);
	});

	it('/api/websocket/errors tells the same', async () => {
		const told = v.parse(errors, await asked('/api/websocket/errors'));
		for (const name of ['total', 'lastMinute', 'byKind', 'byCause', 'byClass', 'byTransport'])
			expect(at(told, name)).toEqual(scriptedHour[`errors.${name}`]);
		// A hundred refusals in a row are one line of it, and no line is missing.
		expect(told.history.reduce((sum, { times }) => sum + times, 0)).toBe(133 + 9 + 4);
	});

	it('/metrics tells the same', async () => {
		const families = parsePrometheus(await (await fetch(`${server.url}/metrics`)).text());
		const samplesOf = (name: string) => families.get(name)?.samples ?? [];
		const counts = (name: string, label: string): unknown => {
			const samples = samplesOf(name).filter(({ value }) => value > 0);
			return Object.fromEntries(samples.map(({ labels, value }) => [labels[label] ?? '', value]));
		};
		const total = (name: string) => samplesOf(name).reduce((sum, { value }) => sum + value, 0);
		expect(counts('holdfast_closes_total', 'cause')).toEqual(scriptedHour['closes.byCause']);
		expect(counts('holdfast_errors_by_cause_total', 'cause')).toEqual(scriptedHour['errors.byCause']);
		expect(counts('holdfast_errors_by_class_total', 'class')).toEqual(scriptedHour['errors.byClass']);
		expect(counts('holdfast_errors_total', 'kind')).toEqual(scriptedHour['errors.byKind']);
		expect(counts('holdfast_messages_answered_total', 'result')).toEqual({ stored: 9_723, duplicate: 177, failed: 100 });
		expect(total('holdfast_messages_received_total')).toBe(10_000);
		expect(total('holdfast_messages_delivered_total')).toBe(Number(scriptedHour['messages.delivered']));
		expect(total('holdfast_connections')).toBe(171);
		expect(total('holdfast_connection_attempts_total')).toBe(212);
		expect(total('holdfast_reconnects_total')).toBe(8);
	});
});
