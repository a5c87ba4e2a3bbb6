/** The session store in a page without components: its first reader connects it, and its last one closes it. */
import { expect, it } from 'bun:test';
import { join, resolve } from 'node:path';

it('read outside -> nothing; mount -> connect; more readers share it; first gone -> stays; all gone -> closes; back -> resumes', async () => {
	const preload = resolve(import.meta.dir, '../../support/svelte-modules.ts');
	const command = [process.execPath, '--conditions=browser', '--preload', preload, join(import.meta.dir, 'session-page.ts')];
	const page = Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe' });
	const [printed, errors] = await Promise.all([new Response(page.stdout).text(), new Response(page.stderr).text()]);
	expect(errors).toBe('');
	expect(printed.trim().split('\n')).toEqual([
		'read outside of a component: idle, 0 connections',
		'sent unmounted: not sent: nothing on the page shows this session',
		'badge: idle',
		'badge: connecting',
		'badge: connected',
		'chat: empty',
		'topic: none',
		'two more readers: 1 connections',
		'vote: "vote" is not supported by this room: its state has no estimation',
		'chat: from us sending',
		'chat: from somebody stored, from us sending',
		'chat: from somebody stored, from us stored',
		'topic: login',
		'voted: {"round":1,"value":"5"}',
		'the first reader is gone: 1 connections',
		'chat: from somebody stored, from us stored, still heard stored',
		'all readers are gone: 0 connections',
		'chat again: from somebody, from us, still heard',
		'chat again: from somebody, from us, still heard, missed',
		'resumed from 4, 1 connections, true',
		'at the end: 0 connections',
	]);
});
