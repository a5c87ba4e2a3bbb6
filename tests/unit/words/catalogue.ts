/** The texts of `messages/` as data, and what is wrong with them: each check names the place. */
import { join } from 'node:path';
import { Glob } from 'bun';
import * as v from 'valibot';

/** A text, or one that depends on an input: then there is one for each case. */
const variants = v.strictObject({
	declarations: v.optional(v.array(v.string())),
	selectors: v.optional(v.array(v.string())),
	match: v.record(v.string(), v.string()),
});
const text = v.union([v.string(), v.pipe(v.array(variants), v.length(1))]);
const texts = v.record(v.string(), text);
const settings = v.object({
	baseLocale: v.string(),
	locales: v.array(v.string()),
	'plugin.inlang.messageFormat': v.object({ pathPattern: v.array(v.string()) }),
});

/** By part, then by language, then by key. */
export interface Catalogue {
	locales: string[];
	parts: Record<string, Record<string, v.InferOutput<typeof texts>>>;
	/** The whole source of `src`, in which keys are looked for. */
	source: string;
}

/** @throws when a file is missing, is no JSON or holds anything else than texts */
export async function readCatalogue(root: string): Promise<Catalogue> {
	const json = async (path: string): Promise<unknown> => Bun.file(join(root, path)).json();
	const { locales, ...rest } = v.parse(settings, await json('project.inlang/settings.json'));
	const parts: Catalogue['parts'] = {};
	for (const pattern of rest['plugin.inlang.messageFormat'].pathPattern) {
		const languages: Catalogue['parts'][string] = {};
		for (const locale of locales) languages[locale] = v.parse(texts, await json(pattern.replace('{locale}', locale)));
		parts[pattern.split('/').at(-2) ?? ''] = languages;
	}
	const paths = await Array.fromAsync(new Glob('src/**/*.{ts,svelte}').scan(root));
	const sources = await Promise.all(paths.map((path) => Bun.file(join(root, path)).text()));
	return { locales, parts, source: sources.join('\n') };
}

type Check = (catalogue: Catalogue) => string[];
type Text = v.InferOutput<typeof text>;

/** Each text of each language, with the other language's of the same key. */
const each =
	(check: (key: string, text: Text, locale: string, part: string) => string[]): Check =>
	({ parts }) =>
		Object.entries(parts).flatMap(([part, languages]) =>
			Object.entries(languages).flatMap(([locale, known]) =>
				Object.entries(known).flatMap(([key, found]) =>
					check(key, found, locale, part).map((wrong) => `${part}/${locale}.json: ${key}: ${wrong}`),
				),
			),
		);

const allOf = (found: Text): string[] =>
	typeof found === 'string' ? [found] : found.flatMap(({ match }) => Object.values(match));
const placeholders = (found: Text) => new Set(allOf(found).flatMap((one) => one.match(/(?<!\\)\{\w+\}/g) ?? []));

/** Half-width marks beside Han, no space between Han and Latin, and the two words of which we use the other. */
const UNIDIOMATIC = /\p{Script=Han}[,;:?!.]|[,;?!]\p{Script=Han}|\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9%]\p{Script=Han}|您|……/gu;

export const checks = {
	written: each((_, found, locale) =>
		locale === 'zh-CN' ? allOf(found).flatMap((one) => (one.match(UNIDIOMATIC) ?? []).map((part) => `has “${part}”`)) : [],
	),
	named: each((key, _, __, part) =>
		new RegExp(`^${part}_[a-z0-9]+(_[a-z0-9]+)*$`).test(key) ? [] : ['is not called after its part, in snake case'],
	),
	said: each((_, found) => (allOf(found).every((one) => one.trim() !== '') ? [] : ['is empty'])),
	inEach: ({ parts, locales }) =>
		Object.entries(parts).flatMap(([part, languages]) => {
			const keys = new Set(Object.values(languages).flatMap(Object.keys));
			return [...keys].flatMap((key) =>
				locales
					.filter((locale) => !(key in (languages[locale] ?? {})))
					.map((locale) => `${part}/${locale}.json: ${key}: is missing`),
			);
		}),
	alike: ({ parts, locales: [base = '', ...others] }) =>
		Object.entries(parts).flatMap(([part, languages]) =>
			others.flatMap((locale) =>
				Object.entries(languages[locale] ?? {}).flatMap(([key, found]) => {
					const original = languages[base]?.[key];
					const apart = original === undefined ? new Set() : placeholders(original).symmetricDifference(placeholders(found));
					return apart.size === 0 ? [] : [`${part}/${locale}.json: ${key}: ${[...apart].join(', ')} is in one language alone`];
				}),
			),
		),
	plural: each((_, found, locale) => {
		if (typeof found === 'string') return [];
		const { pluralCategories } = new Intl.PluralRules(locale).resolvedOptions();
		return found.flatMap(({ declarations = [], match }) => {
			const counted = declarations.flatMap((one) => /^local (\w+) = \w+: plural$/.exec(one)?.[1] ?? []);
			const cases = Object.keys(match);
			return counted.flatMap((name) =>
				pluralCategories
					.filter((category) => !cases.some((one) => one.includes(`${name}=${category}`) || one.includes(`${name}=*`)))
					.map((category) => `says nothing of ${name}=${category}`),
			);
		});
	}),
	used: (catalogue) => {
		const calls = new Set(catalogue.source.match(/\bm\.\w+/g)?.map((call) => call.slice(2)));
		return each((key, _, locale) => (calls.has(key) || locale !== catalogue.locales[0] ? [] : ['is said nowhere']))(catalogue);
	},
} satisfies Record<string, Check>;
