/** Reads Prometheus' text format as strictly as it is written down, and refuses what a lenient reader would let pass. */

export interface Sample {
	name: string;
	labels: Record<string, string>;
	value: number;
}
export interface Family {
	type: 'counter' | 'gauge' | 'histogram';
	help: string;
	samples: Sample[];
}

const NAME = /^[a-z_:][a-z0-9_:]*$/;
const SAMPLE = /^(?<name>[^{ ]+)(?:\{(?<labels>.*)\})? (?<value>\S+)$/;
const LABEL = /^(?<label>[a-z_][a-z0-9_]*)="(?<text>(?:[^"\\\n]|\\[\\"n])*)"(?:,(?=.)|$)/;

/** @throws Error with the number of the line, at the first fault */
export function parsePrometheus(text: string): Map<string, Family> {
	const families = new Map<string, Family>();
	let current: { name: string; help: string; family: Family | null } | null = null;
	if (!text.endsWith('\n')) throw new Error('the last line has no end');
	for (const [index, line] of text.slice(0, -1).split('\n').entries()) {
		const wrong = (what: string) => new Error(`line ${index + 1}: ${what}: ${line}`);
		const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
		if (keyword === 'HELP') {
			if (!NAME.test(name)) throw wrong('no name');
			if (families.has(name)) throw wrong('told before');
			if (!/^(?:[^\\]|\\[\\n])*$/.test(rest)) throw wrong('a backslash that escapes nothing');
			if (current && !current.family?.samples.length) throw wrong(`${current.name} has no samples`);
			current = { name, help: rest, family: null };
		} else if (keyword === 'TYPE') {
			if (current?.name !== name || current.family) throw wrong('TYPE follows HELP');
			if (rest !== 'counter' && rest !== 'gauge' && rest !== 'histogram') throw wrong('no type');
			if ((rest === 'counter') !== name.endsWith('_total')) throw wrong('counters, and they alone, end with _total');
			current.family = { type: rest, help: current.help, samples: [] };
			families.set(name, current.family);
		} else {
			if (!current?.family) throw wrong('a sample without HELP and TYPE');
			const sample = parseSample(line, wrong);
			const suffix = sample.name.slice(current.name.length);
			const suffixes = current.family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
			if (!sample.name.startsWith(current.name) || !suffixes.includes(suffix)) throw wrong('of another family');
			if ('le' in sample.labels !== (suffix === '_bucket')) throw wrong('le belongs to buckets');
			if (current.family.samples.some((other) => keyOf(other) === keyOf(sample))) throw wrong('told twice');
			if (current.family.type !== 'gauge' && !(sample.value >= 0)) throw wrong('less than nothing');
			current.family.samples.push(sample);
		}
	}
	for (const [name, family] of families) checkHistogram(name, family);
	return families;
}

function parseSample(line: string, wrong: (what: string) => Error): Sample {
	const { name = '', labels: inner, value = '' } = SAMPLE.exec(line)?.groups ?? {};
	if (!NAME.test(name)) throw wrong('no sample');
	if (!/^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/.test(value)) throw wrong('no number');
	if (inner === '') throw wrong('empty braces');
	const labels: Record<string, string> = {};
	for (let rest = inner ?? ''; rest !== ''; ) {
		const [all = '', label = '', text = ''] = LABEL.exec(rest) ?? [];
		if (all === '' || label in labels) throw wrong('no label');
		labels[label] = text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
		rest = rest.slice(all.length);
	}
	return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

/** Buckets rise, each holds those below it, and the last one all. */
function checkHistogram(name: string, { type, samples }: Family) {
	if (samples.length === 0) throw new Error(`${name} has no samples`);
	if (type !== 'histogram') return;
	const buckets = samples.filter((sample) => sample.name.endsWith('_bucket'));
	const bound = ({ labels }: Sample) => Number(labels.le?.replace('Inf', 'Infinity'));
	for (const [index, bucket] of buckets.entries()) {
		const before = buckets[index - 1];
		if (before && !(bound(bucket) > bound(before))) throw new Error(`${name}: le ${bucket.labels.le} does not rise`);
		if (before && bucket.value < before.value) throw new Error(`${name}: le ${bucket.labels.le} is not cumulative`);
	}
	const last = buckets.at(-1);
	const count = samples.find((sample) => sample.name === `${name}_count`);
	if (last?.labels.le !== '+Inf') throw new Error(`${name}: no bucket for all`);
	if (count?.value !== last.value) throw new Error(`${name}: the count is not that of all buckets`);
	if (!samples.some((sample) => sample.name === `${name}_sum`)) throw new Error(`${name}: no sum`);
}

const keyOf = ({ name, labels }: Sample) => JSON.stringify([name, Object.entries(labels).sort()]);
