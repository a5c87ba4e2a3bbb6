/** Which language a page speaks: as `lib/server/language.ts` decided for it, unless another was chosen since. */
import { baseLocale, extractLocaleFromCookie, overwriteGetLocale, toLocale } from '../paraglide/runtime.js';

/** Call it before anything is drawn. A page that was kept for being without network may be in another language than the chosen one. */
export function speakAs(page: Document): void {
	const language = toLocale(extractLocaleFromCookie()) ?? toLocale(page.documentElement.lang) ?? baseLocale;
	page.documentElement.lang = language;
	overwriteGetLocale(() => language);
}
