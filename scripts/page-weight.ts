/** What a page makes a browser load before it is alive: the scripts of `bun run build`, followed from import to import. */
import { join, resolve } from 'node:path';
import * as v from 'valibot';

const output = resolve(import.meta.dir, '../.svelte-kit/output/client');
const generated = '.svelte-kit/generated/client-optimized';
const chunk = v.object({ file: v.string(), imports: v.optional(v.array(v.string()), []) });
const manifest = v.record(v.string(), chunk);

export interface Weight {
	/** Of all scripts, gzip level 9, in bytes. */
	total: number;
	/** Each script by its address, the heaviest first. */
	scripts: { path: string; bytes: number }[];
}

/**
 * The weight of the page of a route, such as `rooms/[room]`; that of the home page is empty. What is loaded only when it is needed does not count.
 * @throws Error when there is no build, or no such route in it
 */
export async function weighPage(route: string): Promise<Weight> {
	// The layout and the error page are loaded with every page.
	return weigh([
		'node_modules/@sveltejs/kit/src/runtime/client/entry.js',
		`${generated}/app.js`,
		...[0, 1, await nodeOf(route)].map((node) => `${generated}/nodes/${node}.js`),
	]);
}

/** The weight of what is loaded later, such as `src/lib/components/Diagnosis.svelte`, with all that it shares with the page. */
export const weighPart = (source: string): Promise<Weight> => weigh([source]);

async function weigh(entries: string[]): Promise<Weight> {
	const chunks = v.parse(manifest, await Bun.file(join(output, '.vite/manifest.json')).json());
	const files = new Set<string>();
	const follow = (name: string) => {
		const found = chunks[name];
		if (!found) throw new Error(`the build has no ${name}`);
		if (files.has(found.file)) return;
		files.add(found.file);
		found.imports.forEach(follow);
	};
	entries.forEach(follow);
	const scripts = await Promise.all(
		[...files].map(async (file) => {
			const source = await Bun.file(join(output, file)).bytes();
			return { path: `/${file}`, bytes: Bun.gzipSync(source, { level: 9 }).length };
		}),
	);
	scripts.sort((a, b) => b.bytes - a.bytes);
	return { total: scripts.reduce((sum, { bytes }) => sum + bytes, 0), scripts };
}

/** Kit numbers its pages, and each number's file names its page. */
async function nodeOf(route: string): Promise<number> {
	const folder = resolve(import.meta.dir, '..', generated, 'nodes');
	for (const name of new Bun.Glob('*.js').scanSync(folder)) {
		const source = await Bun.file(join(folder, name)).text();
		if (source.includes(join('/src/routes', route, '+page.svelte'))) return Number.parseInt(name, 10);
	}
	throw new Error(`no page of the build is called ${route}: run \`bun run build\` first`);
}
