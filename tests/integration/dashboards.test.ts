/** The alert rules and the dashboard in docs/operations name what the server really tells, and every alert that it has. */
import { afterAll, beforeAll, expect, it } from 'bun:test';
import { join, resolve } from 'node:path';
import { builtInRules } from '../../src/lib/server/alerts/built-in.ts';
import { readOptions } from '../../src/lib/server/options.ts';
import { parsePrometheus, type Sample } from '../support/prometheus.ts';
import { type Operated, startOperated } from './operator.ts';

const folder = resolve(import.meta.dir, '../../docs/operations');
const files = ['prometheus-alerts.yml', 'grafana.json'] as const;
const textOf = (file: string) => Bun.file(join(folder, file)).text();

let server: Operated;
let samples: Sample[];
beforeAll(async () => {
	server = await startOperated();
	samples = [...parsePrometheus(await (await server.ask('/metrics')).text()).values()].flatMap((family) => family.samples);
});
afterAll(() => server.close());

/** Labels that Prometheus adds to what it reads. */
const added = ['instance', 'job'];

/** What is named in a text and is not told: `name`, `name{label}` or `name{label="value"}`. */
function unknownIn(text: string): string[] {
	// In JSON quotes are escaped.
	const expressions = text.replaceAll('\\"', '"');
	return [...expressions.matchAll(/(holdfast_\w+)(?:\{([^}]*)\})?/g)].flatMap(([, name = '', inner = '']) => {
		const named = samples.filter((sample) => sample.name === name);
		if (named.length === 0) return [name];
		return [...inner.matchAll(/(\w+)=~?"([^"]*)"/g)].flatMap(([, label = '', text = '']) => {
			if (added.includes(label)) return [];
			const told = named.map(({ labels }) => labels[label]);
			if (told.every((value) => value === undefined)) return [`${name}{${label}}`];
			return text.split('|').flatMap((value) => (told.includes(value) ? [] : [`${name}{${label}="${value}"}`]));
		});
	});
}

it.each(files)('%s: every metric, label and value of it is told', async (file) => {
	const text = await textOf(file);
	expect(text.match(/holdfast_\w+/g)?.length).toBeGreaterThan(20);
	expect(unknownIn(text)).toEqual([]);
});

it.each(files)('%s: what it groups by is a label', async (file) => {
	const grouped = [...(await textOf(file)).matchAll(/(?:by|on|without|ignoring) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
		list.split(', '),
	);
	const labels = new Set([...added, ...samples.flatMap(({ labels }) => Object.keys(labels))]);
	expect(grouped.length).toBeGreaterThan(5);
	expect(grouped.filter((label) => !labels.has(label))).toEqual([]);
});

it.each([
	['rate(holdfast_message_received_total[1m])', 'holdfast_message_received_total'],
	['holdfast_clients{transport=~"websocket|carrier-pigeon"}', 'holdfast_clients{transport="carrier-pigeon"}'],
	['"expr": "holdfast_clients{cause=\\"network\\"}"', 'holdfast_clients{cause}'],
	['holdfast_response_seconds_bucket{le="0.75"}', 'holdfast_response_seconds_bucket{le="0.75"}'],
])('a planted fault is found: %s', (text, fault) => {
	expect(unknownIn(text)).toEqual([fault]);
});

it('the alert rules are those that the server has, at the same level, and one for a server that is down', async () => {
	const built = builtInRules(readOptions({}).alerts.thresholds).map(({ name, level }) => `${name} ${level}`);
	const rules = (await textOf('prometheus-alerts.yml')).matchAll(/labels: \{ rule: ([\w-]+), level: (\w+) \}/g);
	expect([...rules].map(([, rule, level]) => `${rule} ${level}`).sort()).toEqual([...built, 'down error'].sort());
});
