/** What helps with writing: names after an "@", drafts, emoji by themselves, and reasons in words. */
import { describe, expect, it } from 'bun:test';
import { draftOf, keepDraft } from '../../../src/lib/stores/drafts.ts';
import { isEmojiOnly } from '../../../src/lib/stores/emoji.ts';
import { mentioned, mentioning } from '../../../src/lib/stores/mentioning.ts';
import { namesOf } from '../../../src/lib/stores/names.ts';
import { refusalOf } from '../../../src/lib/stores/refusals.ts';

describe('mentioning', () => {
	const names = ['Ann Lee', 'Bo', 'Anton', '小明'];
	const offered = (text: string) => mentioning(text, text.length, names)?.names ?? null;
	it.each([
		['@', ['Ann Lee', 'Bo', 'Anton', '小明']],
		['hi @an', ['Ann Lee', 'Anton']],
		['@lee', ['Ann Lee']],
		['@Ann L', ['Ann Lee']],
		['你好@小', ['小明']],
		['@Bo', null],
		['mail@b', null],
		['@zed', null],
		['@a\nb', null],
		['no name', null],
	])('%p', (text, expected) => {
		expect(offered(text)).toEqual(expected);
	});

	it('puts the name in where it is being written', () => {
		const text = 'hey @an, look';
		const found = mentioning(text, 7, names);
		expect(found && mentioned(text, found, 'Anton')).toEqual({ text: 'hey @Anton , look', caret: 11 });
		expect(mentioned('@b there', { from: 0, to: 2 }, 'Bo')).toEqual({ text: '@Bo there', caret: 4 });
	});
});

it('names: whoever reads, then authors, the same list while nothing changes', () => {
	const entries = [{ user: { id: 'b', name: 'Bo' } }, { user: null }, { user: { id: 'b', name: 'Bo' } }] as unknown as Parameters<
		typeof namesOf
	>[0];
	const first = namesOf(entries, ['Ann'], []);
	expect(first).toEqual(['Ann', 'Bo']);
	expect(namesOf(entries, ['Ann'], first)).toBe(first);
});

it('drafts are kept a room; an empty one is none', () => {
	const kept = new Map<string, string>();
	const shelf = {
		getItem: (key: string) => kept.get(key) ?? null,
		setItem: (key: string, value: string) => void kept.set(key, value),
		removeItem: (key: string) => void kept.delete(key),
	};
	keepDraft(shelf, 'lobby', 'half a th');
	expect([draftOf(shelf, 'lobby'), draftOf(shelf, 'other')]).toEqual(['half a th', '']);
	keepDraft(shelf, 'lobby', '');
	expect(kept.size).toBe(0);
});

it.each([
	['👍', true],
	['👩‍👩‍👧 🎉', true],
	['🎉🎉🎉🎉🎉', false],
	['ok 👍', false],
	['1', false],
	['', false],
])('%p is emoji only: %p', (text, expected) => {
	expect(isEmojiOnly(text)).toBe(expected);
});

it('a refusal is told in words, by its code', () => {
	expect(refusalOf({ code: 'too-large', message: 'x' })).toBe('it is too big');
	expect(refusalOf({ code: 'timeout', message: 'as the server said' })).toBe('as the server said');
	expect(refusalOf(undefined)).toBe('the server refused it');
});
