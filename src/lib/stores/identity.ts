/** Who this browser speaks as: asks the server for an identity, for another name, or to be forgotten. */
import * as v from 'valibot';
import { m } from '../paraglide/messages.js';
import { user } from '../protocol/frames.ts';
import { errorWords } from './error-words.ts';
import { browserShelf } from './shelf.ts';

/** Says to the other tabs of this browser who has signed out last. */
const SIGNED_OUT = 'holdfast.signed-out';

const refusal = v.object({ code: v.optional(v.string(), ''), message: v.string() });
const identity = v.object({ user });

/** The server knows who this was, and that they have signed out: it makes nobody new of them. */
export class SignedOut extends Error {}

/** Renews the identity, and resolves with who that is; with a `name`, renames it. Rejects with a sentence for the person when the server will not. */
export async function postIdentity(body: { name?: string }): Promise<{ id: string; name: string }> {
	return v.parse(identity, await (await post('/api/identity', body)).json()).user;
}

/**
 * Signs a person out, here or everywhere, and tells the other tabs of this browser. Rejects with a sentence for the person when the
 * server will not; then nothing has changed.
 */
export async function signOut(id: string, body: { everywhere: boolean; client?: string | undefined }): Promise<void> {
	await post('/api/identity/sign-out', body);
	try {
		browserShelf().setItem(SIGNED_OUT, id);
	} catch {
		// Full: then the other tabs hear of it from the server.
	}
}

/** Lets go of what the person left unsent in this browser, once the page's own client is closed. */
export async function forgetUnsent(id: string): Promise<void> {
	// Who never leaves need not load it. Where the browser refuses its database there is nothing to let go of.
	await import('../client/indexed-db-forget.ts')
		.then(({ forgetOutbox }) => forgetOutbox(id))
		.catch((error: unknown) => console.warn(error));
}

export const hasSignedOut = (id: string): boolean => browserShelf().getItem(SIGNED_OUT) === id;

/** Calls when the person has signed out in another tab, also while this page was put aside. Returns what stops it. */
export function watchSignOut(id: () => string | undefined, gone: () => void): () => void {
	const look = () => {
		const present = id();
		if (present !== undefined && hasSignedOut(present)) gone();
	};
	const events = [window, document].flatMap((target) =>
		['storage', 'pageshow', 'visibilitychange'].map((name) => ({ target, name })),
	);
	for (const { target, name } of events) target.addEventListener(name, look);
	return () => {
		for (const { target, name } of events) target.removeEventListener(name, look);
	};
}

async function post(path: string, body: object): Promise<Response> {
	const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
	const response = await fetch(path, request).catch((cause: unknown) => {
		throw new Error(m.identity_unreachable(), { cause });
	});
	if (response.ok) return response;
	const answer = v.safeParse(refusal, await response.json().catch(() => null));
	const message = answer.success ? errorWords(answer.output) : m.identity_answered({ status: response.status });
	throw response.status === 401 ? new SignedOut(message) : new Error(message);
}
