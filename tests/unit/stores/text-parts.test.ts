/** Links and mentions in what people write, and that nothing gets lost or becomes more than text. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { mentions, textParts } from '../../../src/lib/stores/text-parts.ts';

const outline = (text: string, names: string[] = []) =>
	textParts(text, () => names).map((part) =>
		part.kind === 'text' ? part.text : `${part.kind}(${part.kind === 'link' ? part.href : part.name})`,
	);

describe('links', () => {
	it.each([
		['see https://example.com/a?b=c#d, then', ['see ', 'link(https://example.com/a?b=c#d)', ', then']],
		['www.example.com', ['link(https://www.example.com)']],
		['write to ann@example.com', ['write to ', 'link(mailto:ann@example.com)']],
		['(http://example.com/(x))', ['(', 'link(http://example.com/(x))', ')']],
		['[docs](https://a.io/x_)', ['[docs](', 'link(https://a.io/x_)', ')']],
		['看https://example.com/路，然后', ['看', 'link(https://example.com/路)', '，然后']],
		['“www.a.io:80/x”', ['“', 'link(https://www.a.io:80/x)', '”']],
		['example.com.cn/a?x=1.', ['link(https://example.com.cn/a?x=1)', '.']],
		['mailto:ann@example.com', ['link(mailto:ann@example.com)']],
		['main.rs, README.md, 1.5, e.g. this', ['main.rs, README.md, 1.5, e.g. this']],
		['https:// and x@y', ['https:// and x@y']],
		['no link here', ['no link here']],
		['', []],
	])('%p', (text, parts) => {
		expect(outline(text)).toEqual(parts);
	});

	it.each([
		'javascript:alert(1)',
		'JaVaScRiPt://example.com/%0aalert(1)',
		'data:text/html,x',
		'vbscript:x',
		'file:///etc/passwd',
		'blob:x',
		'ftp://x',
		'ftp://example.com',
		'javascript://example.com/%0aalert(1)',
	])('%p is text', (text) => {
		for (const part of textParts(text, () => [])) if (part.kind === 'link') expect(part.href).toMatch(/^(https?:\/\/|mailto:)/);
		expect(
			textParts(text, () => []).some((part) => part.kind === 'link' && /script|data:|file:/i.test(part.href.slice(0, 8))),
		).toBe(false);
	});

	it('whatever is written comes out as it went in', () => {
		const piece = fc.oneof(
			fc.string(),
			fc.constantFrom('@Ann', '@Ann Lee', 'https://a.io/x', '<b>', ' ', '\n', 'a@b.co', '＠', '👩‍🚀'),
		);
		fc.assert(
			fc.property(fc.array(piece), (pieces) => {
				const text = pieces.join('');
				const parts = textParts(text, () => ['Ann', 'Ann Lee']);
				expect(parts.map((part) => part.text).join('')).toBe(text);
				for (const part of parts) if (part.kind === 'link') expect(part.href).toMatch(/^(https?:\/\/|mailto:)/i);
			}),
		);
	});
});

describe('mentions', () => {
	it.each([
		['@Ann hello', ['mention(Ann)', ' hello']],
		['hello @ann!', ['hello ', 'mention(Ann)', '!']],
		['@Ann Lee and @Ann', ['mention(Ann Lee)', ' and ', 'mention(Ann)']],
		['@Annabel', ['@Annabel']],
		['me@Ann', ['me@Ann']],
		['@Bo @nobody', ['@Bo @nobody']],
		['早，@小明。', ['早，', 'mention(小明)', '。']],
		['你好@小明你好', ['你好', 'mention(小明)', '你好']],
	])('%p', (text, parts) => {
		expect(outline(text, ['Ann', 'Ann Lee', '小明'])).toEqual(parts);
	});

	it('S17 a text full of "@" before hundreds of people -> the first 100 are looked at, the rest is text', () => {
		const parts = textParts('@Ann '.repeat(800), () => ['Ann', ...Array.from({ length: 300 }, (_, n) => `Ann ${n}`)]);
		expect(parts.filter(({ kind }) => kind === 'mention')).toHaveLength(100);
		expect(parts.map(({ text }) => text).join('')).toBe('@Ann '.repeat(800));
	});

	it('tells whether somebody is meant', () => {
		expect([mentions('@Ann, look', 'Ann'), mentions('Ann, look', 'Ann'), mentions('@Annie', 'Ann')]).toEqual([
			true,
			false,
			false,
		]);
	});
});
