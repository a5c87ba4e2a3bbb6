/** Who this browser speaks as: asks the server for an identity, or for another name. */
import * as v from 'valibot';

const refusal = v.object({ message: v.string() });

/** Renews the identity; with a `name`, renames it. Rejects with a sentence for the person when the server will not. */
export async function postIdentity(body: { name?: string }): Promise<void> {
	const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
	const response = await fetch('/api/identity', request).catch((cause: unknown) => {
		throw new Error('The server can’t be reached. Try again when the connection is back.', { cause });
	});
	if (response.ok) return;
	const answer = v.safeParse(refusal, await response.json().catch(() => null));
	throw new Error(answer.success ? answer.output.message : `The server answered ${response.status}.`);
}
