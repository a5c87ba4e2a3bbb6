/** What people are called: the rule for a name, one that is made up, and what is left of a name that another system gave. */
import * as v from 'valibot';
import { USER_NAME_LENGTH } from '../../protocol/limits.ts';

/** Scripts in which an invisible joiner between two letters changes how they are written. */
const JOINING = [
	'Arabic',
	'Bengali',
	'Devanagari',
	'Gujarati',
	'Gurmukhi',
	'Kannada',
	'Malayalam',
	'Oriya',
	'Sinhala',
	'Tamil',
	'Telugu',
]
	.map((script) => `\\p{Script=${script}}`)
	.join('');
const letters = `(?<=[${JOINING}])[\\u200c\\u200d](?=[${JOINING}])`;
const emoji = '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})';
const IN_PLACE = new RegExp(`${letters}|${emoji}|(?<=\\S)[\\ufe0e\\ufe0f]`, 'gu');

/** Control characters, line separators, halves of characters, and everything that is not seen or turns the direction of text. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u061c\u2066-\u2069\u206a-\u206f\ufff9-\ufffb]/gu;
/** More marks on one letter than any language has: they reach into the lines above and below. */
const PILED = /\p{M}{5,}/gu;
/** Something that can be seen; the braille blank cannot. */
const SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u;

const isSeen = (name: string) => SEEN.test(name.replace(UNSEEN, '').replaceAll('\u2800', ''));
const isClean = (name: string) => !name.replace(IN_PLACE, '').match(UNSEEN);
/** Every kind of blank is one blank: a name is told apart by what is seen of it. */
const spaced = (name: string) =>
	name
		.normalize('NFC')
		.replace(/\p{Zs}+/gu, ' ')
		.trim();

/** A person's name: 1 to 40 code points, of which something is seen and nothing hides, blanks at its ends cut off. */
export const userName = v.pipe(
	v.string('expected a name as text'),
	v.transform(spaced),
	v.nonEmpty('a name has at least one character'),
	v.check((name) => [...name].length <= USER_NAME_LENGTH, `a name has at most ${USER_NAME_LENGTH} characters`),
	v.check(isClean, 'a name has no control characters, and none that cannot be seen'),
	v.check(isSeen, 'a name has at least one character that can be seen'),
	v.check((name) => !name.match(PILED), 'a name has at most four marks on a letter'),
);

/** What a name of another system amounts to here: what may not be in it is left out, what is too long is cut. Nothing left: `Guest`. */
export function nameFrom(given: unknown): string {
	if (typeof given !== 'string') return NAMELESS;
	// No longer than any real one: the expressions are not for books.
	const kept = given.slice(0, 1_024).replace(UNSEEN_OR_IN_PLACE, (_, inPlace?: string) => inPlace ?? '');
	const cut = [...spaced(kept.replace(PILED, (marks) => [...marks].slice(0, 4).join('')))]
		.slice(0, USER_NAME_LENGTH)
		.join('')
		.trim();
	const { success, output } = v.safeParse(userName, cut);
	return success ? output : NAMELESS;
}

const NAMELESS = 'Guest';
const UNSEEN_OR_IN_PLACE = new RegExp(`(${IN_PLACE.source})|${UNSEEN.source}`, 'gu');

const moods = ['Bright', 'Brisk', 'Calm', 'Clear', 'Keen', 'Kind', 'Merry', 'Quick', 'Quiet', 'Steady', 'Sunny', 'Warm'];
const dwellers = [
	'Auk',
	'Cod',
	'Coral',
	'Crab',
	'Eider',
	'Gull',
	'Heron',
	'Kelp',
	'Limpet',
	'Otter',
	'Pearl',
	'Plover',
	'Seal',
	'Tern',
	'Whelk',
	'Wrasse',
];
const pick = (words: string[]) => words[Math.floor(Math.random() * words.length)];
/** A name of our choosing. */
export const guestName = () => `${pick(moods)} ${pick(dwellers)}`;
