/** Who this browser speaks as: asks the server for an identity, or for another name. */
import * as v from 'valibot';
import { m } from '../paraglide/messages.js';
import { errorWords } from './error-words.ts';

const refusal = v.object({ code: v.optional(v.string(), ''), message: v.string() });

/** Renews the identity; with a `name`, renames it. Rejects with a sentence for the person when the server will not. */
export async function postIdentity(body: { name?: string }): Promise<void> {
	const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
	const response = await fetch('/api/identity', request).catch((cause: unknown) => {
		throw new Error(m.identity_unreachable(), { cause });
	});
	if (response.ok) return;
	const answer = v.safeParse(refusal, await response.json().catch(() => null));
	throw new Error(answer.success ? errorWords(answer.output) : m.identity_answered({ status: response.status }));
}
