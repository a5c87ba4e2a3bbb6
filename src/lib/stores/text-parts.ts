/** A message's text in parts: plain text, links, and mentions of people. Nothing of it is ever markup. */
import { linksIn } from './links.ts';

export type TextPart =
	| { kind: 'text'; text: string }
	| { kind: 'link'; text: string; href: string }
	| { kind: 'mention'; text: string; name: string };

/** Without one of these there is no link: most messages are not looked at any closer. */
const HINT = /[.:@]/;
/** A letter or digit that would make a name part of a longer word. Scripts without blanks between words have no such letters. */
export const isWord = (text: string) =>
	/^[\p{L}\p{N}_]/u.test(text) && !/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(text);

/**
 * @param names whom `@` can mention; asked for only where the text has an `@`
 */
export function textParts(text: string, names: () => readonly string[]): TextPart[] {
	const parts: TextPart[] = [];
	const plain = (value: string) => {
		if (value.includes('@')) parts.push(...withMentions(value, longestFirst(names())));
		else if (value !== '') parts.push({ kind: 'text', text: value });
	};
	if (!HINT.test(text)) {
		plain(text);
		return parts;
	}
	let done = 0;
	for (const { from, to, href } of linksIn(text)) {
		plain(text.slice(done, from));
		parts.push({ kind: 'link', text: text.slice(from, to), href });
		done = to;
	}
	plain(text.slice(done));
	return parts;
}

/** Whether a text mentions this person. */
export const mentions = (text: string, name: string): boolean =>
	text.includes('@') && textParts(text, () => [name]).some(({ kind }) => kind === 'mention');

/** Places where a mention is looked for in one text: thousands of "@" before hundreds of people would hold up every page. */
const MENTIONS = 100;
const longestFirst = (names: readonly string[]) => names.toSorted((a, b) => b.length - a.length);
/** As people write it: capitals do not matter. */
const lower = (text: string) => text.toLocaleLowerCase();

function withMentions(text: string, names: readonly string[]): TextPart[] {
	const parts: TextPart[] = [];
	const known = names.map((name) => ({ name, first: lower(name.charAt(0)), whole: lower(name) }));
	let from = 0;
	let tries = 0;
	for (let at = text.indexOf('@'); at >= 0 && tries < MENTIONS; at = text.indexOf('@', at + 1)) {
		if (at > 0 && isWord(text[at - 1] ?? '')) continue;
		tries += 1;
		const next = lower(text.charAt(at + 1));
		const found = known.find(({ name, first, whole }) => {
			const end = at + 1 + name.length;
			return next === first && lower(text.slice(at + 1, end)) === whole && !isWord(text.slice(end, end + 2));
		});
		if (found === undefined) continue;
		const end = at + 1 + found.name.length;
		if (at > from) parts.push({ kind: 'text', text: text.slice(from, at) });
		parts.push({ kind: 'mention', text: text.slice(at, end), name: found.name });
		from = end;
	}
	if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
	return parts;
}
