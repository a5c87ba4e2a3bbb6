/** Nothing is said in one language alone: what people read comes from `messages/`. The check is able to fail. */
import { describe, expect, it } from 'bun:test';
import { resolve } from 'node:path';
import { Glob } from 'bun';
import { literalsIn, sentencesIn } from './literals.ts';

const root = resolve(import.meta.dir, '../../..');
/** Names and code, which are the same in every language; and what only programmers or machines read. */
const allowed: Record<string, RegExp> = {
	'': /^[·—\s]*Holdfast$/,
	'src/lib/components/LanguageChoice.svelte': /^English$/,
	'src/lib/components/estimation/keys.ts': /^(Home|End)$/,
	'src/lib/components/status/SignIn.svelte': /^ADMIN_TOKEN/,
	// As the server says it: looked up to be worded.
	'src/lib/stores/status/words.ts': /^the (log|event loop|server) /,
	// For the console of whoever embeds it.
	'src/lib/stores/session.svelte.ts': /^not sent: /,
	'src/lib/stores/estimation/estimating.svelte.ts': /^not sent: /,
	'src/lib/stores/kept.svelte.ts': /^(no copy|what was kept) .*:$/,
	'src/lib/stores/faults.svelte.ts': /^vite:/,
};

async function literals(path: string): Promise<string[]> {
	const text = await Bun.file(`${root}/${path}`).text();
	const found = path.endsWith('.svelte') ? literalsIn(text) : sentencesIn(text);
	return found.filter((one) => ![allowed[''], allowed[path]].some((names) => names?.test(one.trim())));
}

describe('what people read', () => {
	it('is no literal in a component, a page or a store', async () => {
		const paths = (await Array.fromAsync(new Glob('src/**/*.{svelte,ts}').scan(root))).sort();
		const said = paths.filter((path) => /^src\/(routes|lib\/(components|stores))\//.test(path));
		expect(said.length).toBeGreaterThan(100);
		const found = await Promise.all(said.map(async (path) => (await literals(path)).map((text) => `${path}: ${text}`)));
		expect(found.flat()).toEqual([]);
	});

	it.each([
		['<p>Hello</p>', ['Hello']],
		['<p class="some words">{m.chat_hello()}</p>', []],
		['<button aria-label="Close it" type="button" onclick={() => go("Go there")}></button>', ['Close it']],
		["<p>{busy ? 'Saving…' : 'Save'} {kind === 'Open room' ? 1 : 2}</p>", ['Saving…', 'Save']],
		['{#if open}<Card title="Errors">{#snippet aside()}None yet{/snippet}</Card>{/if}', ['Errors', 'None yet']],
		[`{#each all as one (one)}<p>{\`\${one} messages\`}</p>{:else}Nothing{/each}`, [' messages', 'Nothing']],
		["<script>const side = { name: 'chat', text: 'Chat', tone: 'bg-good text-good' };</script>", ['Chat']],
		["<script>import x from 'Some where'; throw new Error('Not ready yet.');</script><p>1 · 2</p>", []],
		['<style>p { color: red }</style>', []],
	])('%s → %p', (source, found) => {
		expect(literalsIn(source)).toEqual(found);
	});

	it('a module that answers in English is found', () => {
		const source = `/** It says. */\nexport const say = (a: number) => (a > 1 ? 'Try again later.' : \`\${a} left\`);`;
		expect(sentencesIn(source)).toEqual(['Try again later.']);
	});
});
