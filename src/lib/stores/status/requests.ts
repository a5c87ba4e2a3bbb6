/** What the status page asks the server for over HTTP. Every answer is validated; every refusal is a sentence for the operator. */
import * as v from 'valibot';
import { m } from '../../paraglide/messages.js';
import { type Connections, connections, type Errors, errors, type Status, status, type Window } from '../../protocol/status.ts';
import { errorWords } from '../error-words.ts';
import { type ConnectionQuery, queryText } from './connection-list.ts';

/** The server wants the token, or another one. */
export class SignedOut extends Error {}

/** What was asked for is not there. */
class Gone extends Error {}

const refusal = v.object({ code: v.optional(v.string(), ''), message: v.string() });

/** @throws SignedOut, or Error with a sentence */
async function ask(path: string, { method = 'GET', body }: { method?: string; body?: unknown } = {}): Promise<unknown> {
	const request = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
	const response = await fetch(`/api/websocket/${path}`, { method, ...request }).catch((cause: unknown) => {
		throw new Error(m.status_unreachable(), { cause });
	});
	const answer: unknown = await response.json().catch(() => null);
	if (response.ok) return answer;
	const said = v.safeParse(refusal, answer);
	const message = said.success ? errorWords(said.output) : m.status_answered({ status: response.status });
	if (response.status === 401) throw new SignedOut(message);
	throw response.status === 404 ? new Gone(message) : new Error(message);
}

function valid<Schema extends v.GenericSchema>(schema: Schema, answer: unknown): v.InferOutput<Schema> {
	const result = v.safeParse(schema, answer);
	if (result.success) return result.output;
	const [issue] = result.issues;
	throw new Error(m.status_unexpected({ place: v.getDotPath(issue) ?? '–', issue: issue.message }));
}

export const fetchStatus = async (window: Window): Promise<Status> => valid(status, await ask(`status?window=${window}`));

export const fetchConnections = async (query: ConnectionQuery): Promise<Connections> =>
	valid(connections, await ask(`connections?${queryText(query)}`));

export const fetchErrors = async (): Promise<Errors> => valid(errors, await ask('errors'));

/**
 * Ends one connection; its client comes back by itself, unless it is told otherwise.
 * @throws SignedOut, or Error with a sentence
 */
export async function endConnection(id: string): Promise<void> {
	try {
		await ask(`connections?id=${encodeURIComponent(id)}`, { method: 'DELETE' });
	} catch (error) {
		throw error instanceof Gone ? new Error(m.status_gone(), { cause: error }) : error;
	}
}

/** Exchanges the token for a cookie that this browser keeps for 12 hours. */
export async function signIn(token: string): Promise<void> {
	await ask('session', { method: 'POST', body: { token } });
}

export async function signOut(): Promise<void> {
	await ask('session', { method: 'DELETE' });
}
