/** The name that is being written after an "@", and who it may become. */

import { isWord } from './text-parts.ts';

/** People offered at once. */
const MOST = 6;

export interface Mentioning {
	/** Where its "@" stands. */
	from: number;
	/** After the last character of it. */
	to: number;
	/** Who begins like that. */
	names: string[];
}

/** What is being written at `caret`, or null where that is no name of anybody. */
export function mentioning(text: string, caret: number, names: readonly string[]): Mentioning | null {
	const before = text.slice(0, caret);
	const from = before.lastIndexOf('@');
	if (from < 0 || isWord(before.slice(0, from).at(-1) ?? '')) return null;
	const begun = before.slice(from + 1).toLocaleLowerCase();
	if (begun.includes('\n') || begun.length > 60) return null;
	const all = names.filter((name) => name.toLocaleLowerCase() !== begun);
	const starts = all.filter((name) => name.toLocaleLowerCase().startsWith(begun));
	// A later part of a name is looked at once something is written, and never where that could be a sentence.
	const within =
		begun === ''
			? []
			: all.filter(
					(name) =>
						!starts.includes(name) &&
						name
							.toLocaleLowerCase()
							.split(/\s+/)
							.some((part) => part.startsWith(begun)),
				);
	const found = [...starts, ...within].slice(0, MOST);
	return found.length === 0 ? null : { from, to: caret, names: found };
}

/** The text with the name in it, and where the caret goes. */
export function mentioned(
	text: string,
	{ from, to }: Pick<Mentioning, 'from' | 'to'>,
	name: string,
): { text: string; caret: number } {
	const rest = text.slice(to);
	const written = `@${name}${/^\s/.test(rest) ? '' : ' '}`;
	return { text: text.slice(0, from) + written + rest, caret: from + written.length + (/^\s/.test(rest) ? 1 : 0) };
}
