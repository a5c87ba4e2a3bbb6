/** Compiles `*.svelte.ts` as Vite does, so that runes work in a plain Bun process: `bun --conditions=browser --preload` it. */
import { compileModule } from 'svelte/compiler';

const typescript = new Bun.Transpiler({ loader: 'ts' });

Bun.plugin({
	name: 'svelte modules',
	setup(build) {
		build.onLoad({ filter: /\.svelte\.ts$/ }, async ({ path }) => {
			const source = typescript.transformSync(await Bun.file(path).text());
			return { contents: compileModule(source, { filename: path, generate: 'client' }).js.code, loader: 'js' };
		});
	},
});
