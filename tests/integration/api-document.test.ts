/** docs/API.md says what works: its snippets are type-checked as they stand, and the scripts among them run against the real server. */
import { afterAll, beforeAll, expect, it } from 'bun:test';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type InProcess, startInProcess } from '../support/in-process.ts';

const root = resolve(import.meta.dir, '../..');
/** Within the tree, so that packages are found. */
const folder = join(root, '.svelte-kit/api-document');
const document = await Bun.file(join(root, 'docs/API.md')).text();
const snippets = [...document.matchAll(/^```(ts|svelte)( run)?\n(.*?)^```$/gms)].map(
	([, language = '', run, code = ''], index) => ({
		path: join(folder, `snippet-${index + 1}.${language}`),
		runs: run !== undefined,
		code: code.replaceAll("'./src/lib/", "'../../src/lib/"),
	}),
);

let server: InProcess;
beforeAll(async () => {
	server = await startInProcess();
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	for (const { path, code } of snippets) await Bun.write(path, code);
	const compilerOptions = { paths: { '$lib/*': ['../../src/lib/*'] }, rootDirs: ['../..'] };
	const config = {
		extends: '../../tsconfig.json',
		compilerOptions,
		include: ['*.ts', '*.svelte', '../ambient.d.ts'],
		exclude: [],
	};
	await Bun.write(join(folder, 'tsconfig.json'), JSON.stringify(config));
});
afterAll(async () => {
	await server.close();
	rmSync(folder, { recursive: true, force: true });
});

async function run(...command: string[]) {
	const child = Bun.spawn(command, { cwd: root, stdout: 'pipe', stderr: 'pipe' });
	const printed = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
	return { code: await child.exited, printed: printed.join('').trim() };
}

it('every snippet is sound to the type checker', async () => {
	expect(snippets.length).toBeGreaterThan(5);
	const { code, printed } = await run(
		process.execPath,
		'svelte-check',
		'--fail-on-warnings',
		'--tsconfig',
		join(folder, 'tsconfig.json'),
	);
	expect(printed).toContain('0 errors');
	expect(code).toBe(0);
}, 180_000);

it('the scripts run, and print what they promise', async () => {
	const printed: string[] = [];
	for (const { path, code } of snippets.filter(({ runs }) => runs)) {
		await Bun.write(path, code.replace('http://localhost:3001', server.url));
		const result = await run(process.execPath, path);
		expect(result).toMatchObject({ code: 0 });
		printed.push(result.printed);
	}
	// Whether a script's own message comes back before it leaves is left to chance.
	expect(printed.map((text) => text.split('\n'))).toEqual([
		expect.arrayContaining(['here as Script', 'stored at 1', 'voted at 2']),
		expect.arrayContaining(['idle -> connecting', 'connecting -> connected', 'queued', 'false', 'connected -> closed']),
	]);
});
