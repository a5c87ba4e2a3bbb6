/** No store says anything as it is loaded: on the server that would be once, in one language, for everybody. */
import { expect, it } from 'bun:test';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '../../support/in-process.ts';

const root = resolve(import.meta.dir, '../../..');

async function load(...folder: string[]): Promise<string[]> {
	const preload = join(root, 'tests/support/svelte-modules.ts');
	const command = [
		process.execPath,
		'--conditions=browser',
		'--preload',
		preload,
		join(import.meta.dir, 'loading.ts'),
		...folder,
	];
	const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'inherit' });
	return (await new Response(child.stdout).text()).trim().split('\n');
}

it('every store is loaded -> none has asked for the language', async () => {
	const lines = await load();
	expect(lines).toEqual([expect.stringMatching(/^\d\d loaded$/)]);
});

it('one that says something at once is found', async () => {
	const folder = temporaryFolder();
	const hasty = `import { m } from '${root}/src/lib/paraglide/messages.js';\nexport const text = m.shell_language();\n`;
	await Bun.write(join(folder.path, 'hasty.ts'), hasty);
	await Bun.write(join(folder.path, 'patient.ts'), hasty.replace('language()', 'language'));
	expect(await load(folder.path)).toEqual(['hasty.ts: it says something while it is loaded', '1 loaded']);
	folder.remove();
});
