/** Finds what a component says in so many words instead of by a message: text in the markup, in labels, and in strings that are sentences. */
import { parse } from 'svelte/compiler';
import * as v from 'valibot';

const node = v.looseObject({ type: v.string() });
type Node = v.InferOutput<typeof node>;

/** Attributes and props that people read or hear. */
const SAID = /^(aria-label|aria-description|aria-roledescription|aria-valuetext|title|label|note|placeholder|alt)$/;
const WORD = /\p{L}{2,}/u;

/** A sentence, several words, or one that begins as a label does: no name of a class, an event or a key. */
const SENTENCE = /^\p{Lu}?[\p{Ll}’]+([ ,:;]+[\p{L}\d’]+)+[.…?!:]?$|^\p{Lu}\p{Ll}+[.…?!:]?$/u;

/** Each text of a component that a person would read. */
export function literalsIn(source: string): string[] {
	const { fragment, instance, module } = parse(source, { modern: true });
	const scripts = [instance, module].flatMap((script) => (script ? inScript(script.content) : []));
	return [...inMarkup(v.parse(node, fragment)).filter((text) => WORD.test(text)), ...scripts];
}

/** The same of a module. */
export const sentencesIn = (source: string): string[] => literalsIn(`<script lang="ts">\n${source}\n</script>`);

/** What is thrown at programmers, imported or compared is not said. */
const UNSAID = ['ImportDeclaration', 'ThrowStatement', 'TSTypeAnnotation', 'TSTypeAliasDeclaration'];

function inScript(one: unknown): string[] {
	if (Array.isArray(one)) return one.flatMap(inScript);
	const parsed = v.safeParse(node, one);
	if (!parsed.success) return [];
	const { type, value, raw, operator, ...rest } = parsed.output;
	if (UNSAID.includes(type) || type.startsWith('TSInterface')) return [];
	if (type === 'BinaryExpression' && operator !== '+') return [];
	if (type === 'Literal') return typeof value === 'string' && SENTENCE.test(value) ? [value] : [];
	if (type === 'TemplateElement') return SENTENCE.test(textOf(parsed.output).trim()) ? [textOf(parsed.output)] : [];
	return [...inScript(value), ...Object.values(rest).flatMap((inner) => (typeof inner === 'object' ? inScript(inner) : []))];
}

function inMarkup(one: Node): string[] {
	switch (one.type) {
		case 'Text':
			return [textOf(one)];
		case 'ExpressionTag':
			return stringsIn(one.expression);
		case 'Attribute':
			return SAID.test(String(one.name)) ? children(one).flatMap(inMarkup) : [];
		// What decides is not said, and what is drawn is markup of its own.
		case 'IfBlock':
		case 'EachBlock':
		case 'AwaitBlock':
		case 'KeyBlock':
		case 'SnippetBlock':
			return ['consequent', 'alternate', 'body', 'fallback', 'pending', 'then', 'catch', 'fragment'].flatMap((part) => {
				const inner = v.safeParse(node, one[part]);
				return inner.success ? inMarkup(inner.output) : [];
			});
		case 'RenderTag':
		case 'StyleDirective':
		case 'ClassDirective':
		case 'OnDirective':
		case 'BindDirective':
		case 'AttachTag':
			return [];
		default:
			return children(one).flatMap(inMarkup);
	}
}

/** Of an expression that is shown: what is compared or looked up is not said. */
function stringsIn(expression: unknown): string[] {
	const parsed = v.safeParse(node, expression);
	if (!parsed.success) return [];
	const one = parsed.output;
	switch (one.type) {
		case 'Literal':
			return typeof one.value === 'string' ? [one.value] : [];
		case 'TemplateLiteral':
			return [...children(one).map(textOf), ...listOf(one.expressions).flatMap(stringsIn)];
		case 'ConditionalExpression':
			return [...stringsIn(one.consequent), ...stringsIn(one.alternate)];
		case 'LogicalExpression':
		case 'BinaryExpression':
			return ['||', '??', '&&', '+'].includes(String(one.operator)) ? [...stringsIn(one.left), ...stringsIn(one.right)] : [];
		default:
			return [];
	}
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const nodesOf = (value: unknown): Node[] =>
	(Array.isArray(value) ? value : [value]).flatMap((each) => {
		const parsed = v.safeParse(node, each);
		return parsed.success ? [parsed.output] : [];
	});

function children(one: Node): Node[] {
	if (one.type === 'TemplateLiteral') return nodesOf(one.quasis);
	if (one.type === 'Attribute') return nodesOf(one.value);
	const { attributes, fragment, nodes } = one;
	return [attributes, fragment, nodes].filter((some) => some !== undefined).flatMap(nodesOf);
}

function textOf({ data, value }: Node): string {
	const cooked = v.safeParse(v.object({ cooked: v.string() }), value);
	return cooked.success ? cooked.output.cooked : String(data ?? '').trim();
}
