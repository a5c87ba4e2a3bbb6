/** Everything that is said is said in every language, and whole: the rules hold for `messages/`, and each is able to fail. */
import { describe, expect, it } from 'bun:test';
import { resolve } from 'node:path';
import { type Catalogue, checks, readCatalogue } from './catalogue.ts';

const root = resolve(import.meta.dir, '../../..');

describe('messages', () => {
	it.each(Object.entries(checks))('%s', async (_, check) => {
		expect(check(await readCatalogue(root))).toEqual([]);
	});

	it('are compiled, each to a function', async () => {
		const { parts } = await readCatalogue(root);
		const keys = Object.values(parts).flatMap(({ en = {} }) => Object.keys(en));
		const compiled = new Map<string, unknown>(Object.entries(await import('../../../src/lib/paraglide/messages.js')));
		expect(keys.filter((key) => typeof compiled.get(key) !== 'function')).toEqual([]);
	});
});

describe('a planted fault is found', () => {
	const people = (amount: string, match: Record<string, string>) => [
		{ declarations: [`input ${amount}`, `local n = ${amount}: plural`], selectors: ['n'], match },
	];
	const sound: Catalogue = {
		locales: ['en', 'zh-CN'],
		parts: {
			chat: {
				en: {
					chat_hello: 'Hello {name}',
					chat_people: people('count', { 'n=one': '{count} person', 'n=other': '{count} people' }),
				},
				'zh-CN': { chat_hello: '你好，{name}', chat_people: '{count} 人' },
			},
		},
		source: 'm.chat_hello({ name }); m.chat_people({ count });',
	};
	const broken = (change: (copy: Catalogue) => void) => {
		const copy = structuredClone(sound);
		change(copy);
		return Object.entries(checks)
			.filter(([, check]) => check(copy).length > 0)
			.map(([name]) => name);
	};
	const [en, zh] = [(copy: Catalogue) => copy.parts.chat?.en ?? {}, (copy: Catalogue) => copy.parts.chat?.['zh-CN'] ?? {}];

	it('none in a sound catalogue', () => {
		expect(broken(() => {})).toEqual([]);
	});
	const faults: [string, string[], (copy: Catalogue) => void][] = [
		['a key of another part', ['named'], (copy) => Object.assign(copy.parts, { shell: copy.parts.chat })],
		[
			'an empty text',
			['said'],
			(copy) => Object.assign(zh(copy), { chat_people: [{ match: { 'count=*': '{count}', 'count=0': ' ' } }] }),
		],
		['half-width marks in Chinese', ['written'], (copy) => Object.assign(zh(copy), { chat_hello: '你好, {name}' })],
		['您', ['written'], (copy) => Object.assign(zh(copy), { chat_hello: '您好，{name}' })],
		['a text in one language alone', ['inEach'], (copy) => delete zh(copy).chat_hello],
		['another placeholder', ['alike'], (copy) => Object.assign(zh(copy), { chat_hello: '你好，{nome}' })],
		[
			'a plural without one of its forms',
			['plural'],
			(copy) => Object.assign(en(copy), { chat_people: people('count', { 'n=other': '{count} people' }) }),
		],
		[
			'a text that nobody uses',
			['used'],
			(copy) => Object.assign(copy, { source: 'm.chat_hello({ name }); m.chat_people_here();' }),
		],
	];
	it.each(faults)('%s → %p', (_, found, change) => {
		expect(broken(change)).toEqual(found);
	});
});
