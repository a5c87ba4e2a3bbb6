/** docs/SECURITY.md tells the truth: each test it names is there, each file too; and what it says of the sources as a whole holds. */
import { describe, expect, it } from 'bun:test';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { readSources } from './architecture.ts';

const root = resolve(import.meta.dir, '../..');
const read = (path: string) => Bun.file(join(root, path)).text();
/** S1 to S30: the risks that the document goes through. */
const RISKS = Array.from({ length: 30 }, (_, index) => `S${index + 1}`);

interface Document {
	/** The risks by their numbers, in order. */
	risks: string[];
	held: { path: string; title: string }[];
	files: string[];
}

function parse(text: string): Document {
	return {
		risks: [...text.matchAll(/^### (S\d+) \S/gm)].map(([, risk = '']) => risk),
		held: [...text.matchAll(/^- `(tests\/[^`]+)`: (.+)$/gm)].map(([, path = '', title = '']) => ({ path, title })),
		files: [...text.matchAll(/`((?:src|scripts|tests)\/[\w./[\]-]+\.\w+)`/g)].map(([, path = '']) => path),
	};
}

/** Whether a source has a test of this title: the whole of a text that is the first argument of something, behind `(`. */
function hasTest(source: string, title: string): boolean {
	return ["'", '"', '`'].some((quote) => {
		const spelled = title.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
		const at = source.indexOf(`${quote}${spelled}${quote},`);
		return at > 0 && /\(\s*$/.test(source.slice(0, at));
	});
}

/** What is named in the document and is nowhere. */
async function missing(text: string): Promise<string[]> {
	const { held, files } = parse(text);
	const sources = new Map<string, string>();
	for (const path of new Set([...files, ...held.map((each) => each.path)]))
		if (await Bun.file(join(root, path)).exists()) sources.set(path, await read(path));
	return [
		...files.filter((path) => !sources.has(path)),
		...held.filter(({ path, title }) => !hasTest(sources.get(path) ?? '', title)).map(({ path, title }) => `${path}: ${title}`),
	];
}

const text = await read('docs/SECURITY.md');

describe('docs/SECURITY.md', () => {
	it('goes through every risk, in order', () => {
		expect(parse(text).risks).toEqual(RISKS);
	});

	it('every test and file that it names is there', async () => {
		expect(parse(text).held.length).toBeGreaterThan(50);
		expect(await missing(text)).toEqual([]);
	});

	it.each([
		[
			'- `tests/integration/limits.test.ts`: nobody ever wrote this test',
			'tests/integration/limits.test.ts: nobody ever wrote this test',
		],
		['- `tests/integration/nowhere.test.ts`: past the burst', 'tests/integration/nowhere.test.ts'],
		['- `tests/integration/limits.test.ts`: past the burst', 'tests/integration/limits.test.ts: past the burst'],
		['it is so (`src/lib/server/nowhere.ts`)', 'src/lib/server/nowhere.ts'],
	])('a planted fault is found: %s', async (line, fault) => {
		expect(await missing(`${text}\n${line}\n`)).toContain(fault);
	});
});

describe('what it says of all sources', () => {
	it('nothing is rendered as HTML', async () => {
		const unsafe = /\{@html|\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\bnew Function\b|\beval\(/;
		const sources = await readSources(root);
		expect(sources.length).toBeGreaterThan(100);
		// What is made of the messages is made by the compiler.
		const ours = sources.filter(({ path }) => !path.startsWith('src/lib/paraglide/'));
		expect(ours.filter(({ text }) => unsafe.test(text)).map(({ path }) => path)).toEqual([]);
		expect(unsafe.test('<p>{@html text}</p>')).toBe(true);
	});

	it('every dependency is of one exact version, locked with its checksum', async () => {
		const versions = v.record(v.string(), v.string());
		const { dependencies, devDependencies } = v.parse(
			v.object({ dependencies: versions, devDependencies: versions }),
			JSON.parse(await read('package.json')),
		);
		const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
			([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
		);
		expect(loose).toEqual([]);
		const locked = (await read('bun.lock')).split('"packages": {')[1]?.match(/^ {4}"[^"]+": \[.*$/gm) ?? [];
		expect(locked.length).toBeGreaterThan(50);
		// From the registry that whoever installs has set: an address in the lock file would bypass it.
		expect(locked.filter((line) => !/^ {4}"[^"]+": \["[^"]+@\d[^"]*", "", .*"sha512-[\w+/=]+"\],?$/.test(line))).toEqual([]);
	});
});
