/** Prometheus' text format (version 0.0.4): families of samples, each told once, with what it means. */

/** Label values come from closed sets: each combination is a series that is kept for months. */
type Labels = Readonly<Record<string, string>>;
export type Samples = readonly (readonly [labels: Labels, value: number])[];

export interface Distribution {
	/** How many lie up to a bound and above the one before; the last bound is Infinity. */
	counts: readonly (readonly [bound: number, count: number])[];
	sum: number;
}

export class Exposition {
	readonly #lines: string[] = [];

	/** Only ever grows, save by a reset. `name` ends with `_total`. */
	counter(name: string, help: string, value: number | Samples) {
		this.#family('counter', name, help);
		for (const [labels, each] of samplesOf(value)) this.#sample(name, labels, each);
	}

	gauge(name: string, help: string, value: number | Samples) {
		this.#family('gauge', name, help);
		for (const [labels, each] of samplesOf(value)) this.#sample(name, labels, each);
	}

	histogram(name: string, help: string, { counts, sum }: Distribution) {
		this.#family('histogram', name, help);
		let below = 0;
		for (const [bound, count] of counts) {
			below += count;
			this.#sample(`${name}_bucket`, { le: boundOf(bound) }, below);
		}
		this.#sample(`${name}_sum`, {}, sum);
		this.#sample(`${name}_count`, {}, below);
	}

	get text(): string {
		return `${this.#lines.join('\n')}\n`;
	}

	#family(type: 'counter' | 'gauge' | 'histogram', name: string, help: string) {
		this.#lines.push(`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`);
	}

	#sample(name: string, labels: Labels, value: number) {
		const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text).replaceAll('"', '\\"')}"`);
		this.#lines.push(`${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${spelled(value)}`);
	}
}

const samplesOf = (value: number | Samples): Samples => (typeof value === 'number' ? [[{}, value]] : value);

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

/** Always with a point: Prometheus keeps `1` as `1.0` from its version 3 on, and as it comes before; so a rule finds it in both. */
const boundOf = (bound: number) => (Number.isInteger(bound) ? bound.toFixed(1) : spelled(bound));

function spelled(value: number): string {
	if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
	return value > 0 ? '+Inf' : '-Inf';
}
