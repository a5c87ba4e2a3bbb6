/** Text to frames. One text is one frame or an array of frames; what does not validate is told apart frame by frame. */
import * as v from 'valibot';
import type { ErrorCode } from './codes.ts';

/** A frame, or why there is none: `code` and `message` go into the answering `error`. */
export type Decoded<Frame> = { ok: true; frame: Frame } | { ok: false; code: ErrorCode; message: string };

/** @param schemas by the `type` of the frame */
export function decoder<Frame>(schemas: Readonly<Record<string, v.GenericSchema<unknown, Frame>>>) {
	/** `inspect` sees what was parsed before any of it is validated, and may throw. */
	return (text: string, inspect?: (values: readonly unknown[]) => void): Decoded<Frame>[] => {
		let value: unknown;
		try {
			value = JSON.parse(text);
		} catch {
			return [refused('expected JSON: one frame or an array of frames')];
		}
		const values: unknown[] = Array.isArray(value) ? value : [value];
		inspect?.(values);
		return values.map(decode);
	};

	function decode(value: unknown): Decoded<Frame> {
		const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : null;
		if (typeof type !== 'string') return refused('expected an object with a "type"');
		const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
		if (!schema) return refused(`no frame has the type "${type.slice(0, 40)}"`, 'unknown-type');
		const result = v.safeParse(schema, value, { abortEarly: true });
		if (result.success) return { ok: true, frame: result.output };
		const [issue] = result.issues;
		return refused(`${type}: ${v.getDotPath(issue) ?? 'frame'}: ${issue.message}`);
	}
}

const refused = (message: string, code: ErrorCode = 'bad-frame') => ({ ok: false, code, message }) as const;
