/** The rules of architecture hold for the sources, and each is able to fail. */
import { describe, expect, it } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { temporaryFolder } from '../support/in-process.ts';
import { readSources, rules } from './architecture.ts';

type RuleName = keyof typeof rules;
const root = resolve(import.meta.dir, '../..');

/** A small tree that keeps every rule: what a fault is planted in. */
const sound = {
	'server.ts': "/** Starts it. */\nimport './src/lib/server/create.ts';\n",
	'src/lib/server/create.ts': "/** All of it. */\nimport { frame } from '../protocol/frames.ts';\nimport './hub.ts';\n",
	'src/lib/server/hub.ts': "/** Rooms. */\nimport { Database } from 'bun:sqlite';\nimport '../clock.ts';\n",
	'src/lib/clock.ts': '/** Time. */\nexport const clock = 1;\n',
	'src/lib/protocol/frames.ts': "/** Frames. */\nimport * as v from 'valibot';\n",
	'src/lib/transports/websocket.ts': "/** A socket. */\nimport '../protocol/frames.ts';\n",
	'src/lib/client/client.ts': "/** A client. */\nexport { x } from '../transports/websocket.ts';\n",
	'src/lib/stores/room.svelte.ts': "/** Runes. */\nimport { onMount } from 'svelte';\nimport '../client/client.ts';\n",
	'src/lib/components/Badge.svelte': "<script>\n\timport { room } from '$lib/stores/room.svelte.ts';\n</script>\n<p>{room}</p>\n",
	'src/routes/+page.svelte': "<script>\n\timport Badge from '$lib/components/Badge.svelte';\n</script>\n",
};

async function broken(change: Record<string, string>): Promise<Record<string, string[]>> {
	const folder = temporaryFolder();
	for (const [path, text] of Object.entries({ ...sound, ...change })) {
		mkdirSync(dirname(join(folder.path, path)), { recursive: true });
		await Bun.write(join(folder.path, path), text);
	}
	const sources = await readSources(folder.path);
	folder.remove();
	const found = Object.entries(rules).map(([name, rule]) => [name, rule(sources)] as const);
	return Object.fromEntries(found.filter(([, wrong]) => wrong.length > 0));
}

describe('architecture', () => {
	it.each(Object.entries(rules))('%s', async (_, rule) => {
		expect(rule(await readSources(root))).toEqual([]);
	});

	it('the sources are found', async () => {
		const paths = (await readSources(root)).map(({ path }) => path);
		for (const path of ['server.ts', 'src/lib/server/hub.ts', 'src/lib/client/client.ts', 'src/routes/+page.svelte'])
			expect(paths).toContain(path);
	});
});

describe('a planted fault is found', () => {
	it('none in a sound tree', async () => {
		expect(await broken({})).toEqual({});
	});

	const faults: [RuleName, string, string][] = [
		['direction', 'src/lib/protocol/frames.ts', "/** x */\nimport { x } from '../transports/websocket.ts';\n"],
		['direction', 'src/lib/client/client.ts', "/** x */\nimport type { Room } from '../stores/room.svelte.ts';\n"],
		['direction', 'src/lib/server/hub.ts', "/** x */\nimport {\n\tone,\n\ttwo,\n} from '../client/client.ts';\n"],
		['direction', 'src/lib/stores/room.svelte.ts', "/** x */\nimport Badge from '$lib/components/Badge.svelte';\n"],
		['direction', 'src/lib/components/Badge.svelte', "<script>\n\timport { hub } from '$lib/server/hub.ts';\n</script>\n"],
		['direction', 'src/lib/client/client.ts', "/** x */\nconst page = await import('../../routes/page.ts');\n"],
		['coreWithoutSvelte', 'src/lib/client/client.ts', "/** x */\nimport { writable } from 'svelte/store';\n"],
		['coreWithoutSvelte', 'src/lib/server/hub.ts', "/** x */\nimport type { Component } from 'svelte';\n"],
		['clientAnywhere', 'src/lib/client/client.ts', "/** x */\nimport { serve } from 'bun';\n"],
		['clientAnywhere', 'src/lib/transports/websocket.ts', "/** x */\nimport { connect } from 'node:net';\n"],
		['clientAnywhere', 'src/lib/protocol/frames.ts', "/** x */\nimport { error } from '@sveltejs/kit';\n"],
		['clientAnywhere', 'src/lib/client/client.ts', "/** x */\nimport { browser } from '$app/environment';\n"],
		['relativeFromServer', 'src/lib/server/hub.ts', "/** x */\nimport { x } from '$lib/protocol/frames.ts';\n"],
		['relativeFromServer', 'src/lib/protocol/frames.ts', "/** x */\nconst env = await import('$env/dynamic/private');\n"],
		['short', 'src/lib/server/hub.ts', `/** x */\n${'export {};\n'.repeat(250)}`],
		['noRawHtml', 'src/lib/components/Badge.svelte', '<p>{@html text}</p>\n'],
		['responsibility', 'src/lib/clock.ts', "import 'valibot';\n/** Too late. */\n"],
		['responsibility', 'src/lib/clock.ts', '// Not a doc comment.\n'],
	];
	it.each(faults)('%s: in %s', async (rule, path, text) => {
		const found = await broken({ [path]: text });
		expect(found[rule]?.[0]).toStartWith(`${path}: `);
	});
});
