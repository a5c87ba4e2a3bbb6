/** The strict reader of Prometheus' text: what we write passes, and every planted fault is found. */
import { describe, expect, it } from 'bun:test';
import { Exposition } from '../../../src/lib/server/monitor/exposition.ts';
import { parsePrometheus } from '../../support/prometheus.ts';

function sound(): string {
	const exposition = new Exposition();
	exposition.counter('a_total', 'Of things.', [
		[{ cause: 'x', kind: 'k' }, 3],
		[{ cause: 'y', kind: 'k' }, 0],
	]);
	exposition.gauge('b_bytes', 'How many.', -1.5);
	exposition.histogram('c_seconds', 'How long.', {
		counts: [
			[0.001, 2],
			[0.5, 0],
			[Infinity, 1],
		],
		sum: 4.25,
	});
	return exposition.text;
}

describe('what we write', () => {
	it('is read as it was meant', () => {
		const families = parsePrometheus(sound());
		expect([...families.keys()]).toEqual(['a_total', 'b_bytes', 'c_seconds']);
		expect(families.get('a_total')).toEqual({
			type: 'counter',
			help: 'Of things.',
			samples: [
				{ name: 'a_total', labels: { cause: 'x', kind: 'k' }, value: 3 },
				{ name: 'a_total', labels: { cause: 'y', kind: 'k' }, value: 0 },
			],
		});
		const counts = families.get('c_seconds')?.samples.map(({ name, labels, value }) => [name, labels.le, value]);
		expect(counts).toEqual([
			['c_seconds_bucket', '0.001', 2],
			['c_seconds_bucket', '0.5', 2],
			['c_seconds_bucket', '+Inf', 3],
			['c_seconds_sum', undefined, 4.25],
			['c_seconds_count', undefined, 3],
		]);
	});

	it.each(['a "quoted" word', 'back\\slash', 'two\nlines', '}', '",x="', '\\n', 'ünï', ''])(
		'a label of %j comes back whole',
		(text) => {
			const exposition = new Exposition();
			exposition.gauge('a', text || 'help', [[{ label: text }, 1]]);
			expect(parsePrometheus(exposition.text).get('a')?.samples[0]?.labels).toEqual({ label: text });
		},
	);

	it('numbers of all sizes', () => {
		const exposition = new Exposition();
		const values = [0, 1e-7, 1.5e21, Number.NaN, Infinity, -Infinity, 123_456_789_012];
		exposition.gauge(
			'a',
			'All.',
			values.map((value, index) => [{ index: String(index) }, value]),
		);
		expect(
			parsePrometheus(exposition.text)
				.get('a')
				?.samples.map(({ value }) => value),
		).toEqual(values);
	});
});

describe('a planted fault is found', () => {
	it.each([
		['no end of the last line', (text: string) => text.trimEnd()],
		['an empty line', (text: string) => text.replace('\n# HELP b', '\n\n# HELP b')],
		['a sample before its family', (text: string) => `a_total 1\n${text}`],
		['no HELP', (text: string) => text.replace(/# HELP b.*\n/, '')],
		['no TYPE', (text: string) => text.replace(/# TYPE b.*\n/, '')],
		['an unknown type', (text: string) => text.replace('b_bytes gauge', 'b_bytes number')],
		['a family told twice', (text: string) => text + text],
		['a family without samples', (text: string) => text.replace(/^b_bytes.*\n/m, '')],
		['the last family without samples', (text: string) => text.replace(/^c_seconds.*\n/gm, '')],
		['a sample of another family', (text: string) => text.replace('b_bytes -1.5', 'd_bytes -1.5')],
		['a counter that is no _total', (text: string) => text.replaceAll('a_total', 'a')],
		['a gauge that is a _total', (text: string) => text.replaceAll('b_bytes', 'b_total')],
		['a counter below zero', (text: string) => text.replace('} 3', '} -3')],
		['a value that is no number', (text: string) => text.replace('-1.5', '1,5')],
		['a value in hex', (text: string) => text.replace('-1.5', '0x10')],
		['no value', (text: string) => text.replace('b_bytes -1.5', 'b_bytes')],
		['a time', (text: string) => text.replace('-1.5', '-1.5 1763600000000')],
		['a sample twice', (text: string) => text.replace('"y"', '"x"')],
		['a label without quotes', (text: string) => text.replace('"x"', 'x')],
		['a label twice', (text: string) => text.replace('kind=', 'cause=')],
		['a label of capitals', (text: string) => text.replace('kind=', 'Kind=')],
		['a comma at the end', (text: string) => text.replace('"k"}', '"k",}')],
		['empty braces', (text: string) => text.replace('b_bytes ', 'b_bytes{} ')],
		['a quote that is not escaped', (text: string) => text.replace('"x"', '"x"x"')],
		['an escape that is none', (text: string) => text.replace('"x"', '"\\x"')],
		['an escape that is none in the help', (text: string) => text.replace('Of things', 'Of \\things')],
		['le at a gauge', (text: string) => text.replace('b_bytes ', 'b_bytes{le="1"} ')],
		['a bucket without le', (text: string) => text.replace('{le="0.5"}', '')],
		['buckets that do not rise', (text: string) => text.replace('le="0.5"', 'le="0.0001"')],
		['buckets that are not cumulative', (text: string) => text.replace('le="0.5"} 2', 'le="0.5"} 1')],
		['no bucket for all', (text: string) => text.replace(/^.*\+Inf.*\n/m, '')],
		['a count that is another', (text: string) => text.replace('_count 3', '_count 4')],
		['no count', (text: string) => text.replace(/^c_seconds_count.*\n/m, '')],
		['no sum', (text: string) => text.replace(/^c_seconds_sum.*\n/m, '')],
		['carriage returns', (text: string) => text.replaceAll('\n', '\r\n')],
	])('%s', (_, spoil) => {
		const spoiled = spoil(sound());
		expect(spoiled).not.toBe(sound());
		expect(() => parsePrometheus(spoiled)).toThrow();
	});
});
