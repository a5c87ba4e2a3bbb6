/**
 * The texts of `messages/` become functions in `src/lib/paraglide`: `bun scripts/words.ts`, a part of `bun run setup`, and Vite asks for it.
 * Nothing is compiled while the texts are as they were.
 */
import { existsSync } from 'node:fs';
import { compile } from '@inlang/paraglide-js';

const outdir = './src/lib/paraglide';
/** Says what was compiled last. */
const stamp = `${outdir}/compiled.txt`;

async function fingerprint(): Promise<string> {
	const hash = new Bun.CryptoHasher('sha256');
	const texts = [...new Bun.Glob('messages/*/*.json').scanSync()].sort();
	for (const path of ['package.json', 'project.inlang/settings.json', 'scripts/words.ts', ...texts])
		hash.update(`${path}\0${await Bun.file(path).text()}\0`);
	return hash.digest('hex');
}

const current = await fingerprint();
if (!existsSync(stamp) || (await Bun.file(stamp).text()) !== current) {
	await compile({
		project: './project.inlang',
		outdir,
		// The server says which language a request is answered in, the page which one it was rendered in: see `stores/language.ts`.
		strategy: ['cookie', 'baseLocale'],
		emitReadme: false,
		emitGitIgnore: false,
		emitPrettierIgnore: false,
	});
	await Bun.write(stamp, current);
}
// The compiler leaves timers of half a minute behind.
process.exit(0);
