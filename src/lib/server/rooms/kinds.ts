/** The kinds of message that a room of the app takes, each with the schema of its data. */
import * as v from 'valibot';
import { estimationKinds } from '../../protocol/estimation.ts';
import { chat } from './chat.ts';

/** What an estimation will be asked to do. `variant` keeps each kind with its data. */
const acts = v.variant('kind', [
	v.object({ kind: v.literal('vote'), data: estimationKinds.vote }),
	v.object({ kind: v.literal('reveal'), data: estimationKinds.reveal }),
	v.object({ kind: v.literal('reset'), data: estimationKinds.reset }),
	v.object({ kind: v.literal('topic'), data: estimationKinds.topic }),
	v.object({ kind: v.literal('deck'), data: estimationKinds.deck }),
	v.object({ kind: v.literal('auto-reveal'), data: estimationKinds['auto-reveal'] }),
]);
export type Asked = v.InferOutput<typeof acts>;

/** `act`: what becomes of it depends on the room's state, and is decided where it is stored. */
export type Accepted = { ok: true; data: unknown } | { ok: true; act: Asked } | { ok: false; message: string };

/** The data as the room keeps it, or what is wrong with it in a sentence. */
export function accept(kind: string, data: unknown): Accepted {
	if (kind === 'chat') {
		const result = v.safeParse(chat, data, { abortEarly: true });
		return result.success ? { ok: true, data: result.output } : { ok: false, message: wrong(result.issues[0]) };
	}
	if (!Object.hasOwn(estimationKinds, kind))
		return { ok: false, message: `this room does not take messages of the kind "${kind}"` };
	const result = v.safeParse(acts, { kind, data }, { abortEarly: true });
	return result.success ? { ok: true, act: result.output } : { ok: false, message: wrong(result.issues[0], 'data.') };
}

/** Of the data itself: where it lies in what we made of it is nobody's business. */
function wrong(issue: v.BaseIssue<unknown>, prefix = ''): string {
	const path = v.getDotPath(issue);
	const place = path?.startsWith(prefix) ? path.slice(prefix.length) : null;
	return `${place || 'data'}: ${issue.message}`;
}
