/** Text to frames and back. One text is one frame or an array of frames; what does not validate is told apart frame by frame. */
import * as v from 'valibot';
import type { ErrorCode } from './codes.ts';
import { type ClientFrame, clientFrame, type ServerFrame, serverFrame } from './frames.ts';

/** A frame, or why there is none: `code` and `message` go into the answering `error`. */
export type Decoded<Frame> = { ok: true; frame: Frame } | { ok: false; code: ErrorCode; message: string };

const typesOf = (schema: { options: readonly { entries: { type: { literal: string } } }[] }) =>
	new Set(schema.options.map((option) => option.entries.type.literal));
const clientTypes = typesOf(clientFrame);
const serverTypes = typesOf(serverFrame);

export const decodeClient = (text: string) => decode(text, clientFrame, clientTypes);
export const decodeServer = (text: string) => decode(text, serverFrame, serverTypes);
export const encode = (frames: ClientFrame | ServerFrame | (ClientFrame | ServerFrame)[]) => JSON.stringify(frames);

function decode<Schema extends v.GenericSchema>(
	text: string,
	schema: Schema,
	types: ReadonlySet<string>,
): Decoded<v.InferOutput<Schema>>[] {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return [{ ok: false, code: 'bad-frame', message: 'expected JSON: one frame or an array of frames' }];
	}
	return Array.isArray(value) ? value.map((item) => one(item, schema, types)) : [one(value, schema, types)];
}

function one<Schema extends v.GenericSchema>(
	value: unknown,
	schema: Schema,
	types: ReadonlySet<string>,
): Decoded<v.InferOutput<Schema>> {
	const result = v.safeParse(schema, value, { abortEarly: true });
	if (result.success) return { ok: true, frame: result.output };
	const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
	if (typeof type === 'string' && !types.has(type))
		return { ok: false, code: 'unknown-type', message: `no frame has the type "${type.slice(0, 40)}"` };
	const [issue] = result.issues;
	return {
		ok: false,
		code: 'bad-frame',
		message: `${typeof type === 'string' ? type : 'frame'}: ${fieldOf(issue)}${issue.message}`,
	};
}

const fieldOf = (issue: v.BaseIssue<unknown>) => {
	const path = v.getDotPath(issue);
	return path ? `${path}: ` : '';
};
