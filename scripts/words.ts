/**
 * The texts of `messages/` become functions in `src/lib/paraglide`: `bun scripts/words.ts`, a part of `bun run setup`, and Vite asks for it.
 * Nothing is compiled while the texts are as they were. With `--build` each text is a module of its own, so that a page loads those it shows;
 * without, each language is one: in development a browser asks for every module, and eight hundred take it seconds.
 */
import { existsSync } from 'node:fs';
import { compile } from '@inlang/paraglide-js';
import { choosing, compact } from './compact-words.ts';

const outdir = './src/lib/paraglide';
const building = process.argv.includes('--build');
const outputStructure = building ? 'message-modules' : 'locale-modules';
/** Says what was compiled last. */
const stamp = `${outdir}/compiled.txt`;

async function fingerprint(): Promise<string> {
	const hash = new Bun.CryptoHasher('sha256').update(outputStructure);
	const texts = [...new Bun.Glob('messages/*/*.json').scanSync()].sort();
	for (const path of ['package.json', 'project.inlang/settings.json', 'scripts/words.ts', 'scripts/compact-words.ts', ...texts])
		hash.update(`${path}\0${await Bun.file(path).text()}\0`);
	return hash.digest('hex');
}

const current = await fingerprint();
if (!existsSync(stamp) || (await Bun.file(stamp).text()) !== current) {
	await compile({
		project: './project.inlang',
		outdir,
		outputStructure,
		// The server says which language a request is answered in, the page which one it was rendered in: see `stores/language.ts`.
		strategy: ['cookie', 'baseLocale'],
		emitReadme: false,
		emitGitIgnore: false,
		emitPrettierIgnore: false,
		additionalFiles: building ? { 'say.js': choosing } : {},
	});
	if (building)
		for (const path of new Bun.Glob(`${outdir}/messages/*.js`).scanSync())
			await Bun.write(path, compact(await Bun.file(path).text()));
	await Bun.write(stamp, current);
}
// The compiler leaves timers of half a minute behind.
process.exit(0);
