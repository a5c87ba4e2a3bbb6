/** An estimation in words: people in a list, and why something was refused, by who leads. */
import { describe, expect, it } from 'bun:test';
import { speaking } from '../../../../src/lib/server/language.ts';
import type { Problem } from '../../../../src/lib/stores/estimation/estimating.svelte.ts';
import type { Lead } from '../../../../src/lib/stores/estimation/view.ts';
import { namesOf, problemText } from '../../../../src/lib/stores/estimation/words.ts';

const people = (...names: string[]) => names.map((name) => ({ id: name, name }));
/** As it is read: what keeps a name apart from the sentence is not seen. */
const read = (text: string) => text.replaceAll(/[\u2068\u2069]/g, '');

describe('namesOf', () => {
	it.each([
		[['Ann'], 'Ann'],
		[['Ann', 'Ben'], 'Ann and Ben'],
		[['Ann', 'Ben', 'Cy', 'Di'], 'Ann, Ben, Cy, and Di'],
		[['Ann', 'Ben', 'Cy', 'Di', 'Eve'], 'Ann, Ben, Cy and 2 more'],
		[['Ann', ''], 'Ann and Somebody'],
	])('%p -> %p', (names, text) => expect(read(namesOf(people(...names)))).toBe(text));

	it.each([
		[['Ann', '李雷'], 'Ann 和 李雷'],
		[['Ann', 'Ben', 'Cy'], 'Ann、Ben 和 Cy'],
		[['Ann', 'Ben', 'Cy', 'Di', 'Eve'], 'Ann、Ben、Cy 和另外 2 人'],
	])('in Chinese: %p -> %p', (names, text) => expect(read(speaking('zh-CN', () => namesOf(people(...names))))).toBe(text));
});

it('a vote that is forbidden -> the room is closed to them, and it is not about who leads', () => {
	expect(problemText({ kind: 'vote', code: 'forbidden', message: '' }, { name: 'nobody' })).toMatch(/not open to you/);
});

describe('a refusal to whoever does not lead', () => {
	const refused: Problem = { kind: 'reveal', code: 'forbidden', message: 'not the facilitator' };
	const [ann] = people('Ann');
	if (!ann) throw new Error('nobody');
	it.each<[string, Lead, RegExp]>([
		['they are here -> only they can', { name: 'other', user: ann }, /^Only Ann can do that/],
		['they may be among those without a name -> only they can', { name: 'unsure', user: ann }, /^Only Ann can do that/],
		['they are gone, and the server has just started -> not yet', { name: 'gone', user: ann }, /^Ann may be back in a moment/],
		['they are gone, and were never named -> not yet', { name: 'gone', user: null }, /^Somebody may be back in a moment/],
	])('%s', (_, lead, text) => expect(read(problemText(refused, lead))).toMatch(text));
});
