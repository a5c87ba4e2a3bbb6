/** What may stand behind the `?` of an address: checked, each with its default, and named where it is wrong. */
import * as v from 'valibot';
import { connectionOrders, windows } from '../../protocol/status.ts';
import { Mistaken } from './refusal.ts';

/** The longest search, and the most rows at once. */
const SEARCH_LENGTH = 100;
const ROWS = 1_000;

const oneOf = <Name extends string>(names: readonly Name[], fallback: NoInfer<Name>) =>
	v.optional(v.picklist(names, `expected ${names.join(', ')}`), fallback);

export const statusQuery = v.strictObject({ window: oneOf(windows, '5m') });

export const connectionsQuery = v.strictObject({
	search: v.optional(v.pipe(v.string(), v.maxLength(SEARCH_LENGTH, `expected at most ${SEARCH_LENGTH} characters`)), ''),
	sort: oneOf(connectionOrders, 'age'),
	descending: v.pipe(
		oneOf(['true', 'false'], 'true'),
		v.transform((text) => text === 'true'),
	),
	limit: v.optional(
		v.pipe(
			v.string(),
			v.regex(/^\d{1,4}$/, `expected a whole number up to ${ROWS}`),
			v.transform(Number),
			v.maxValue(ROWS, `expected a whole number up to ${ROWS}`),
		),
		'100',
	),
});

export const endQuery = v.strictObject({
	// Where it is missing we say so, and not the library in its own words.
	id: v.optional(v.pipe(v.string(), v.nonEmpty('expected the id of a connection')), ''),
});

/**
 * The query of a request.
 * @throws Mistaken naming the parameter that is wrong, and what was expected
 */
export function queryOf<const Schema extends v.GenericSchema<unknown, object>>(
	schema: Schema,
	request: Request,
): v.InferOutput<Schema> {
	const parsed = v.safeParse(schema, Object.fromEntries(new URL(request.url, 'http://localhost').searchParams));
	if (parsed.success) return parsed.output;
	const [issue] = parsed.issues;
	// What was asked is not told back: it is text of whoever wrote the link.
	throw new Mistaken(
		issue.expected === 'never' ? 'query: this address takes no such parameter' : `${v.getDotPath(issue)}: ${issue.message}`,
	);
}
