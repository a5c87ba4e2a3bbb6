/** Somebody who comes to a server from outside: gets an identity, and shows it with everything that is asked from then on. */
import * as v from 'valibot';
// Built into Bun, and unlike the global one it takes headers by its types.
import { WebSocket } from 'ws';
import type { Fetch } from '../lib/transports/http-request.ts';
import type { OpenWebSocket } from '../lib/transports/websocket.ts';

interface Answer {
	ok: boolean;
	text: string;
}

export interface Visitor {
	/** Of the WebSocket endpoint. */
	readonly address: string;
	readonly fetch: Fetch;
	readonly openSocket: OpenWebSocket;
	/** Whether anybody answers at all. */
	knock(): Promise<Answer>;
	/** `POST /api/identity`. */
	identify(): Promise<Answer>;
}

/** For one answer, in milliseconds. */
const PATIENCE = 10_000;
const identity = v.object({ user: v.object({ id: v.string(), name: v.string() }) });

/** @param url the app's address, with a slash at the end */
export function createVisitor(url: URL): Visitor {
	let cookie = '';

	async function answer(run: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
		try {
			return await run(AbortSignal.timeout(PATIENCE));
		} catch (error) {
			return { ok: false, text: error instanceof Error ? error.message : String(error) };
		}
	}

	return {
		address: new URL('api/websocket', url).href,
		fetch: (address, init) => fetch(address, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), cookie } }),
		openSocket: (address) => new WebSocket(address, { headers: { cookie } }),
		knock: () =>
			answer(async (signal) => {
				const startedAt = performance.now();
				const { status } = await fetch(new URL('readyz', url), { signal });
				return { ok: status === 200, text: `GET /readyz answered ${status} in ${Math.round(performance.now() - startedAt)} ms` };
			}),
		identify: () =>
			answer(async (signal) => {
				const body = JSON.stringify({ name: 'Doctor' });
				const response = await fetch(new URL('api/identity', url), { method: 'POST', body, signal });
				const text = await response.text();
				if (!response.ok) return { ok: false, text: `POST /api/identity answered ${response.status}` };
				const { user } = v.parse(identity, JSON.parse(text));
				cookie = response.headers
					.getSetCookie()
					.map((line) => line.split(';')[0])
					.join('; ');
				return { ok: cookie !== '', text: cookie === '' ? 'no cookie came with it' : `${user.name}, ${user.id}` };
			}),
	};
}
