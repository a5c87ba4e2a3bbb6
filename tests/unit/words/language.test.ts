/** The language of a page: what was chosen, what the browser asks for, and that two requests at once do not mix. */
import { describe, expect, it } from 'bun:test';
import { getLocale } from '../../../src/lib/paraglide/runtime.js';
import { languageOf, speaking } from '../../../src/lib/server/language.ts';

describe('the language of a request', () => {
	it.each([
		['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
		['en-US,en;q=0.9,zh-CN;q=0.8', 'en'],
		['zh', 'zh-CN'],
		['zh-Hant-TW', 'zh-CN'],
		['fr-FR, zh ; q=0.5, en;q=0.8', 'en'],
		['de, en;q=0, zh;q=0.1', 'zh-CN'],
		['de', 'en'],
		['*;q=x,;;,', 'en'],
		['', 'en'],
	] as const)('Accept-Language %p → %s', (header, language) => {
		expect(languageOf(new Headers({ 'accept-language': header }))).toBe(language);
	});

	it('what was chosen wins, unless there is no such language', () => {
		const asked = (cookie: string) => languageOf(new Headers({ cookie, 'accept-language': 'zh-CN' }));
		expect(asked('a=b; PARAGLIDE_LOCALE=en')).toBe('en');
		expect(asked('PARAGLIDE_LOCALE=%3Cscript%3E')).toBe('zh-CN');
		expect(asked('PARAGLIDE_LOCALE=; %%')).toBe('zh-CN');
	});

	it('two pages rendered at once each speak their own, and nothing is left behind', async () => {
		const { promise: both, resolve: meet } = Promise.withResolvers<void>();
		const render = async () => {
			await both;
			return getLocale();
		};
		const pages = [speaking('zh-CN', render), speaking('en', render), speaking('zh-CN', render)];
		meet();
		expect(await Promise.all(pages)).toEqual(['zh-CN', 'en', 'zh-CN']);
		expect(getLocale()).toBe('en');
	});
});
