/** The kinds of message that a room of the app takes, each with the schema of its data. */
import * as v from 'valibot';
import { chat } from './chat.ts';

const kinds = new Map<string, v.GenericSchema>([['chat', chat]]);

/** The data as the room keeps it, or what is wrong with it in a sentence. */
export function accept(kind: string, data: unknown): { ok: true; data: unknown } | { ok: false; message: string } {
	const schema = kinds.get(kind);
	if (!schema) return { ok: false, message: `this room does not take messages of the kind "${kind}"` };
	const result = v.safeParse(schema, data, { abortEarly: true });
	if (result.success) return { ok: true, data: result.output };
	const [issue] = result.issues;
	return { ok: false, message: `${v.getDotPath(issue) ?? 'data'}: ${issue.message}` };
}
