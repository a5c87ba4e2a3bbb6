/** Texts that were made small say what they said before, in both languages. */
import { afterAll, expect, it } from 'bun:test';
import { choosing, compact } from '../../../scripts/compact-words.ts';
import { temporaryFolder } from '../../support/in-process.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const type = '/** @type {(inputs: Inputs) => LocalizedString} */';
const head = "/* eslint-disable */\nimport { getLocale, experimentalStaticLocale } from '../runtime.js';\n\n";
const say = (text: string) => `return /** @type {LocalizedString} */ (${text})`;
/** What is put into a text. */
const hole = (name: string) => `$\{i?.${name}}`;
/** A text as Paraglide compiles it. */
const compiled = (en: string, zh: string, inputs = 'inputs') =>
	`${head}const en_it = ${type} ${en};\n\nconst zh_cn2_it = ${type} ${zh};\n\n` +
	`export const it = /** @type {Type} */ ((${inputs}, options = {}) => {\n\tconst locale = experimentalStaticLocale ?? options.locale ?? getLocale()\n` +
	'\tif (locale === "zh-CN") return zh_cn2_it(inputs)\n\treturn en_it(inputs)\n});';

const samples: [string, string][] = [
	['plain', compiled(`() => {\n\t${say('`It costs $1 \\`now\\``')}\n}`, `() => {\n\t${say('`现在`')}\n}`, 'inputs = {}')],
	['filled', compiled(`(i) => {\n\t${say(`\`Hello ${hole('name')}\``)}\n}`, `(i) => {\n\t${say(`\`你好 ${hole('name')}\``)}\n}`)],
	[
		'plural',
		compiled(
			`(i) => {const n = i?.count;\n\tif (n === 1) ${say('`one`')};\n\t${say('`many`')};\n}`,
			`(i) => {\n\t${say(`\`${hole('count')} 个\``)}\n}`,
		),
	],
];

it.each(samples)('%s', async (name, source) => {
	const small = compact(source);
	expect(small).not.toContain('experimentalStaticLocale');
	await Bun.write(
		`${folder.path}/runtime.js`,
		"export const experimentalStaticLocale = undefined;\nexport const getLocale = () => 'zh-CN';\n",
	);
	await Bun.write(`${folder.path}/say.js`, choosing);
	await Bun.write(`${folder.path}/messages/${name}.js`, source);
	await Bun.write(`${folder.path}/messages/${name}-small.js`, small);
	const before = await import(`${folder.path}/messages/${name}.js`);
	const after = await import(`${folder.path}/messages/${name}-small.js`);
	for (const inputs of [
		{ name: 'Ann', count: 1 },
		{ name: '', count: 2 },
	])
		for (const options of [{}, { locale: 'en' }, { locale: 'zh-CN' }])
			expect(after.it(inputs, options)).toBe(before.it(inputs, options));
	expect(after.it({ name: 'Ann' })).toBe(before.it({ name: 'Ann' }));
});

it('what does not look as expected stays as it is', () => {
	const other = `${head}export const it = () => \`Hello\`;\n`;
	expect(compact(other)).toBe(other);
});
