/** Every figure of the metrics by its path, such as `connections.now`, with how it is written. */
import { m } from '../../paraglide/messages.js';
import type { Metrics } from '../../protocol/status.ts';
import { bytes, count, decimal, lasted, NOTHING, share, type Times, took } from './format.ts';

type Figure = number | string | boolean | null;

export interface PathFigure {
	/** From the root of the metrics, by dots. */
	path: string;
	value: Figure;
}

const isFigure = (value: unknown): value is Figure =>
	value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';

/** What lies at a path; null where nothing does, as for a cause that has not happened yet. */
export function figureAt(metrics: Metrics, path: string): Figure {
	let found: unknown = metrics;
	for (const step of path.split('.')) {
		if (typeof found !== 'object' || found === null) return null;
		found = Object.getOwnPropertyDescriptor(found, step)?.value;
	}
	return isFigure(found) ? found : null;
}

/** All of them, part by part, in the order of the protocol. */
export function allFigures(metrics: Metrics): { part: string; figures: PathFigure[] }[] {
	const parts = new Map<string, PathFigure[]>();
	for (const figure of walk('', metrics)) {
		const [part = '', ...rest] = figure.path.split('.');
		const name = rest.length === 0 ? 'general' : part;
		parts.set(name, [...(parts.get(name) ?? []), figure]);
	}
	return [...parts].map(([part, figures]) => ({ part, figures }));
}

function walk(path: string, value: unknown): PathFigure[] {
	if (isFigure(value)) return [{ path, value }];
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([step, inner]) => walk(path ? `${path}.${step}` : step, inner));
}

const moments = /(^at|^since|startedAt)$/;
const lengths = /(uptimeMs|ages\.\w+\.\d+\.\w+Ms|oldestMs)$/;
const millis = /^timings\.\w+\.(p\d+|max)$/;
const sizes = /(Bytes|\.rss|\.heapUsed|\.heapTotal|\.memoryLimit)$/;
const shares = /([sS]hare|[rR]ate|process\.cpu)$/;
const fractions = /(PerSecond|process\.load\.\d)$/;

/** As a person reads it: the path says what it counts. */
export function written(path: string, value: Figure, times: Times): string {
	if (value === null) return NOTHING;
	if (typeof value === 'boolean') return value ? m.status_yes() : m.status_no();
	if (typeof value === 'string') return value;
	if (moments.test(path)) return times.day(value);
	if (lengths.test(path)) return lasted(value);
	if (millis.test(path)) return took(value);
	if (sizes.test(path)) return bytes(value);
	if (shares.test(path)) return share(value);
	if (fractions.test(path)) return decimal(value);
	return count(value);
}
