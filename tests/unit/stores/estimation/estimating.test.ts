/** The estimation's runes in a page without components: our own card from the press of it to whatever becomes of it. */
import { expect, it } from 'bun:test';
import { join, resolve } from 'node:path';

it('chosen -> sending -> stored, and kept; refused -> back, with the reason and nothing left waiting; reloaded -> still ours; other tabs are heard', async () => {
	const preload = resolve(import.meta.dir, '../../../support/svelte-modules.ts');
	const command = [process.execPath, '--conditions=browser', '--preload', preload, join(import.meta.dir, 'estimating-page.ts')];
	const page = Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe' });
	const [printed, errors] = await Promise.all([new Response(page.stdout).text(), new Response(page.stderr).text()]);
	expect(errors).toBe('');
	expect(printed.trim().split('\n')).toEqual([
		'page: undefined, no problem',
		'page: null stored, no problem',
		'page: 5 sending, no problem',
		'page: 5 stored, no problem',
		'kept: [{"room":"r","round":1,"value":"5","user":"ann","offset":1}]',
		'a card that is refused',
		'page: 1 sending, no problem',
		'page: 5 stored, vote stale-round',
		'waiting: 0',
		'reloaded',
		'again: undefined, no problem',
		'again: null stored, no problem',
		'again: 5 stored, no problem',
		'taken back, and the round is over',
		'again: null sending, no problem',
		'again: null stored, no problem',
		'another tab of this browser votes',
		'again: unknown, no problem',
		'again: 1 stored, no problem',
	]);
});
