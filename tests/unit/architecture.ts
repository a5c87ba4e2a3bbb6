/** The rules of architecture as functions of a source tree: each names every place that breaks it. */

import { dirname, join, normalize, relative } from 'node:path';
import { Glob } from 'bun';

interface Source {
	/** From the root, such as `src/lib/client/client.ts`. */
	path: string;
	text: string;
	/** What it imports: a path from the root for a file of ours, else the name of a package or an alias of Kit. */
	imports: string[];
}

/** The layers, from the screen to the wire. Each may import what is named, besides itself. */
const allowed: Record<string, string[]> = {
	components: ['stores', 'client', 'protocol'],
	stores: ['client', 'transports', 'protocol', 'offline'],
	offline: ['protocol'],
	client: ['transports', 'protocol'],
	transports: ['protocol'],
	protocol: [],
	server: ['protocol'],
};

export async function readSources(root: string): Promise<Source[]> {
	const patterns = ['src/**/*.ts', 'src/**/*.svelte', 'server.ts'];
	const paths = (await Promise.all(patterns.map((pattern) => Array.fromAsync(new Glob(pattern).scan(root))))).flat();
	return Promise.all(
		paths.sort().map(async (path) => {
			const text = await Bun.file(join(root, path)).text();
			return { path, text, imports: importsOf(path, text) };
		}),
	);
}

/** Static, dynamic and re-exporting imports. */
function importsOf(path: string, text: string): string[] {
	const pattern = /(?:^|[\s;}])(?:import|export)\s(?:[\w\s{},*$]*?\sfrom\s*)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g;
	return [...text.matchAll(pattern)].map(([, still = '', dynamic = '']) => resolveImport(path, still || dynamic));
}

function resolveImport(path: string, name: string): string {
	if (name.startsWith('.')) return relative('.', normalize(join(dirname(path), name)));
	return name.replace(/^\$lib(?=\/|$)/, 'src/lib');
}

/** The layer of a path: the folder under `src/lib`, `routes`, or nothing for what all may use. */
function layerOf(path: string): string | undefined {
	const [src, first = '', second = ''] = path.split('/');
	if (src !== 'src') return undefined;
	return first === 'lib' ? (second in allowed ? second : undefined) : 'routes';
}

type Rule = (sources: Source[]) => string[];
const each =
	(check: (source: Source) => string[]): Rule =>
	(sources) =>
		sources.flatMap((source) => check(source).map((wrong) => `${source.path}: ${wrong}`));

const direction = each(({ path, imports }) => {
	const layer = layerOf(path);
	if (!layer || layer === 'routes') return [];
	return imports
		.filter((name) => {
			const other = layerOf(name);
			return other !== undefined && other !== layer && !allowed[layer]?.includes(other);
		})
		.map((name) => `${layer} must not import ${name}`);
});

/** `import type` is erased, and still binds: a type of Svelte in the core makes the core need Svelte. */
const coreWithoutSvelte = each(({ path, imports }) =>
	['client', 'transports', 'protocol', 'server'].includes(layerOf(path) ?? '') || path === 'src/lib/clock.ts'
		? imports.filter((name) => /^svelte($|\/)|\.svelte(\.ts)?$/.test(name)).map((name) => `nothing below stores imports ${name}`)
		: [],
);

const clientAnywhere = each(({ path, imports }) =>
	['client', 'transports', 'protocol'].includes(layerOf(path) ?? '')
		? imports
				.filter((name) => /^(bun($|:)|node:|@sveltejs\/|\$)/.test(name) || layerOf(name) === 'server')
				.map((name) => `runs in browsers, and must not import ${name}`)
		: [],
);

/** Whatever `server.ts` reaches runs without Kit's build: its aliases mean nothing there. */
const relativeFromServer: Rule = (sources) => {
	const byPath = new Map(sources.map((source) => [source.path, source]));
	const reached = new Set<string>();
	const visit = (path: string) => {
		const source = byPath.get(path);
		if (!source || reached.has(path)) return;
		reached.add(path);
		source.imports.forEach(visit);
	};
	visit('server.ts');
	return sources
		.filter(({ path }) => reached.has(path))
		.flatMap(({ path, text }) =>
			[...text.matchAll(/['"](\$(?:lib|env|app)[^'"]*)['"]/g)].map(
				([, name]) => `${path}: server.ts reaches it, and it imports ${name}`,
			),
		);
};

const short = each(({ text }) => {
	const lines = text.trimEnd().split('\n').length;
	return lines > 250 ? [`${lines} lines, 250 at the most`] : [];
});
const noRawHtml = each(({ text }) => (text.includes('{@html') ? ['{@html} shows what people wrote as markup'] : []));
const responsibility = each(({ path, text }) =>
	path.endsWith('.ts') && !path.endsWith('.d.ts') && !text.startsWith('/** ') && !text.startsWith('/**\n')
		? ['begins with its responsibility in a /** sentence']
		: [],
);

export const rules = { direction, coreWithoutSvelte, clientAnywhere, relativeFromServer, short, noRawHtml, responsibility };
