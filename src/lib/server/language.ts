/** Which language a page is rendered in: the one that was chosen (a cookie), else what the browser asks for, else English. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { baseLocale, cookieName, type Locale, overwriteServerAsyncLocalStorage, toLocale } from '../paraglide/runtime.js';

/** What a message function finds in it is the language of the request that it is called for. */
const requests = new AsyncLocalStorage<{ locale?: Locale }>();
overwriteServerAsyncLocalStorage(requests);

/** Runs `render` so that all that it says is in one language, whatever is rendered for others meanwhile. */
export function speaking<T>(locale: Locale, render: () => T): T {
	return requests.run({ locale }, render);
}

export function languageOf(headers: Headers): Locale {
	const cookie = new Bun.CookieMap(headers.get('cookie') ?? '').get(cookieName);
	return toLocale(cookie ?? '') ?? askedFor(headers.get('accept-language') ?? '') ?? baseLocale;
}

/** The first that there is of what is listed. Whoever reads any Chinese reads the Simplified one rather than English. */
function askedFor(header: string): Locale | undefined {
	const asked = header
		.split(',')
		.map((part) => {
			const [tag = '', weight = '1'] = part.trim().split(/\s*;\s*q\s*=\s*/);
			return { language: tag.toLowerCase().split('-')[0], weight: Number(weight) };
		})
		.filter(({ weight }) => weight > 0)
		.sort((a, b) => b.weight - a.weight);
	for (const { language } of asked) {
		if (language === 'zh') return 'zh-CN';
		if (language === 'en') return 'en';
	}
	return undefined;
}
