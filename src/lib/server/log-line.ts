/** A log record as one line of JSON: what people chose is harmless text in it, bodies are never given to it, and secrets do not get through. */
import type { LogRecord } from '@logtape/logtape';

/** Characters of a text, items of a list, and lines of a stack that a line holds. */
const LENGTH = 256;
const ITEMS = 20;

/** Control, formatting (among it what turns the direction of text), line and paragraph separators, halves of characters. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** What follows the address in a URL: tickets and tokens travel there. */
const QUERY = /\?[^\s"'<>]*=[^\s"'<>]*/g;
const CREDENTIALS = /\/\/[^\s/@]+@/g;
const SECRET = /token|cookie|secret|password|ticket|webhook|authori[sz]ation/i;
const OWN: ReadonlySet<string> = new Set(['timestamp', 'level', 'message']);

/** Whether there is something to hide: that a secret is not set may be told. */
const hidden = (key: string, value: unknown) => value !== undefined && value !== null && SECRET.test(key);

const escaped = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;

/** At most 256 characters, none of which moves a cursor, turns a line around or begins a new one. */
export function clean(text: string): string {
	const short = text.length > LENGTH ? `${text.slice(0, LENGTH - 1)}…` : text;
	return short.replace(QUERY, '?…').replace(CREDENTIALS, '//…@').replace(UNSAFE, escaped).slice(0, LENGTH);
}

/**
 * `{"timestamp":…,"level":…,"message":…}` and the properties, flat: an error is its name and message, with its `stack` as a list of lines
 * beside it; what is nested is its JSON as a text. Ends with a newline. Never throws.
 */
export function lineOf({
	timestamp,
	level,
	message,
	properties,
}: Pick<LogRecord, 'timestamp' | 'level' | 'message' | 'properties'>): string {
	const line: Record<string, unknown> = { timestamp: new Date(timestamp).toISOString(), level };
	try {
		line.message = message.map((part, index) => (index % 2 === 0 ? part : worded(part))).join('');
		for (const [key, value] of Object.entries(properties)) {
			// The name of a property is ours, but whatever is spread into them may bring its own.
			const name = clean(OWN.has(key) ? `${key}_` : key);
			line[name] = hidden(key, value) ? '[secret]' : plain(value);
			if (value instanceof Error && value.stack) line.stack = stackOf(value.stack);
		}
	} catch (error) {
		line.message ??= 'a line that could not be written';
		line.unwritable = clean(String(error));
	}
	return `${JSON.stringify(line)}\n`;
}

function plain(value: unknown): unknown {
	if (typeof value === 'string') return clean(value);
	if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) return value;
	if (Array.isArray(value))
		return value.slice(0, ITEMS).map((item: unknown) => (Array.isArray(item) ? worded(item) : plain(item)));
	return worded(value);
}

function worded(value: unknown): string {
	if (typeof value === 'string') return clean(value);
	if (value instanceof Error) return clean(`${value.name}: ${value.message}`);
	if (typeof value === 'object' && value !== null)
		return clean(JSON.stringify(value, (key, inner) => (hidden(key, inner) ? '[secret]' : inner)));
	return clean(String(value));
}

const stackOf = (stack: string): string[] =>
	stack
		.split('\n')
		.slice(0, ITEMS)
		.map((line) => clean(line.trim()));
