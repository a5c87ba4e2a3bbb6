/** Which language a page speaks: as `lib/server/language.ts` decided for it, unless another was chosen since. */
import { baseLocale, extractLocaleFromCookie, getLocale, overwriteGetLocale, toLocale } from '../paraglide/runtime.js';

/** Call it before anything is drawn. A page that was kept for being without network may be in another language than the chosen one. */
export function speakAs(page: Document): void {
	const language = toLocale(extractLocaleFromCookie()) ?? toLocale(page.documentElement.lang) ?? baseLocale;
	page.documentElement.lang = language;
	overwriteGetLocale(() => language);
}

/** What `Intl` is asked for: English as most of the world writes its dates. */
export const intlLocale = (): string => (getLocale() === 'en' ? 'en-GB' : getLocale());

/** Makes something once for each language, when it is first asked for: making a formatter costs more than using it. */
export function inEachLanguage<Value>(make: (locale: string) => Value): () => Value {
	const made = new Map<string, Value>();
	return () => {
		const locale = intlLocale();
		const value = made.get(locale) ?? make(locale);
		made.set(locale, value);
		return value;
	};
}
