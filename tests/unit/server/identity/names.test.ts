/** Names: what may be one, how it is kept, and what is left of one that another system gave. */
import { expect, it } from 'bun:test';
import * as v from 'valibot';
import { nameFrom, userName } from '../../../../src/lib/server/identity/names.ts';

it.each([
	['Ann', 'Ann'],
	['  Ann   Example ', 'Ann Example'],
	['A\u00a0\u2003n', 'A n'],
	['Zoe\u0308', 'Zoë'],
	['👩‍💻', '👩‍💻'],
	['👍🏽', '👍🏽'],
	['❤️ Ada', '❤️ Ada'],
	['می‌خواهم', 'می‌خواهم'],
	['क्‍ष', 'क्‍ष'],
	['李雷', '李雷'],
	['!', '!'],
	['7', '7'],
])('%j is kept as %j', (name, kept) => {
	expect(v.parse(userName, name)).toBe(kept);
	expect(nameFrom(name)).toBe(kept);
});

it.each([
	'',
	'   ',
	'\u200b',
	'\u2800\u2800',
	'\u3164',
	'\u00ad',
	'\ufe0f',
	'\u0301',
	'a\u200bb',
	'a\u200cb',
	'a\u200db',
	'a\u202eb',
	'a\u2066b',
	'a\u061cb',
	'a\u0000b',
	'a\nb',
	'a\u2028b',
	'a\ufeffb',
	'a\u{e0041}b',
	'a\ud800b',
	`a${'\u0301'.repeat(6)}`,
	'x'.repeat(41),
])('%j is refused', (name) => {
	expect(v.safeParse(userName, name).success).toBe(false);
});

it.each<[unknown, string]>([
	['a\u202eb\u200bc', 'abc'],
	['a\u200db👩‍💻', 'ab👩‍💻'],
	[`a${'\u0301'.repeat(50)}b`, 'á\u0301\u0301\u0301b'],
	['🌊'.repeat(100), '🌊'.repeat(40)],
	['\u2800', 'Guest'],
	[{ toString: () => 'Ann' }, 'Guest'],
	[null, 'Guest'],
])('%j of another system is %j here', (name, kept) => {
	expect(nameFrom(name)).toBe(kept);
});
