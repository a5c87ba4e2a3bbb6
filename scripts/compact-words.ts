/**
 * Makes the compiled texts small. Paraglide writes a function for each language of a text and a third one that chooses between them;
 * with some hundred texts in a page, choosing weighs almost as much as what is said. Here one function chooses for all of them.
 */

/** The module that chooses: written beside the runtime. The languages come in the order of the settings, the base one first. */
export const choosing = `/* eslint-disable */
import { getLocale } from './runtime.js';

/** @type {(en: (inputs: any) => string, zh: (inputs: any) => string) => (inputs?: any, options?: { locale?: string }) => any} */
export const say = (en, zh) => (inputs = {}, options = {}) => ((options.locale ?? getLocale()) === 'zh-CN' ? zh(inputs) : en(inputs));
`;

/** The end of a module: what chooses. */
const chooser =
	/\(\(inputs(?: = \{\})?, options = \{\}\) => \{\n\tconst locale = experimentalStaticLocale \?\? options\.locale \?\? getLocale\(\)\n\tif \(locale === "zh-CN"\) return (\w+)\(inputs\)\n\treturn (\w+)\(inputs\)\n\}\);/;
/** A text that is one template, with or without what is put in. */
const text =
	/const (\w+) = \/\*\* @type [^\n]+ \*\/ (\(i?\)) => \{\n\treturn \/\*\* @type \{LocalizedString\} \*\/ (\(`.*`\))\n\};\n/g;

/** A module of one text, or as it is where it does not look as expected: then it works all the same. */
export function compact(source: string): string {
	const found = chooser.exec(source);
	if (!found) return source;
	const said = new Map<string, string>();
	const rest = source.replace(text, (_, name: string, inputs: string, words: string) => {
		said.set(name, `${inputs} => ${words}`);
		return '';
	});
	const [, zh = '', en = ''] = found;
	return rest
		.replace(/import \{ getLocale, experimentalStaticLocale \} from '..\/runtime.js';/, "import { say } from '../say.js';")
		.replace(chooser, () => `(/* @__PURE__ */ say(${said.get(en) ?? en}, ${said.get(zh) ?? zh}));`);
}
