/** The checks that need the network: what `GET /api/ticket` answers, and whether a WebSocket opens. They never reject, and take a bounded time. */
import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import type { ErrorFrame } from '../protocol/frames.ts';
import { decodeServer } from '../protocol/server-frames.ts';
import type { Fetch } from '../transports/http-request.ts';
import type { OpenWebSocket } from '../transports/websocket.ts';
import { deferred } from './deferred.ts';
import { RealtimeError } from './errors.ts';
import type { FlightRecorder } from './flight-recorder.ts';
import type { SocketAnswer, TicketAnswer } from './verdicts.ts';

export interface ProbesOptions {
	clock: Clock;
	url: string | (() => string | Promise<string>);
	/** Null: nobody may be asked. */
	fetch: Fetch | null;
	openSocket: OpenWebSocket | null;
	recorder: FlightRecorder;
}

/** Longer is as bad as no answer, in milliseconds. */
const PATIENCE = 4_000;
const answered = v.object({ ticket: v.string() });

export function createProbes({ clock, url, fetch, openSocket, recorder }: ProbesOptions) {
	let asking: Promise<TicketAnswer> | null = null;
	let latest: { at: number; answer: TicketAnswer } | null = null;

	/** The address that clients connect to, with this scheme. */
	async function address(scheme: 'http' | 'ws'): Promise<URL> {
		const resolved = new URL(typeof url === 'function' ? await url() : url, globalThis.location?.href);
		resolved.protocol = resolved.protocol.replace(/^(http|ws)/, scheme);
		return resolved;
	}

	async function ask(get: Fetch): Promise<TicketAnswer> {
		const startedAt = clock.now();
		const controller = new AbortController();
		let answer: TicketAnswer;
		const late = deferred<never>();
		const cancel = clock.setTimeout(() => {
			controller.abort();
			late.reject(new RealtimeError('timeout', 'no answer in time'));
		}, PATIENCE);
		try {
			const headers = { accept: 'application/json' };
			const request = async () => {
				const response = await get(new URL('ticket', await address('http')).href, { signal: controller.signal, headers });
				return read(response, await response.text());
			};
			answer = { ...(await Promise.race([request(), late.promise])), ms: clock.now() - startedAt };
		} catch (error) {
			const failure = error instanceof Error ? error.message : String(error);
			answer = { status: 0, ms: clock.now() - startedAt, failure };
		}
		cancel();
		const { status, ms } = answer;
		recorder.record({ type: 'check', check: 'ticket', ok: status === 200, ms, result: resultOf(answer) });
		return answer;
	}

	return {
		/** What the server says of those who want to connect. An answer younger than `maxAge` milliseconds is as good as a new one. */
		async ticket(maxAge: number): Promise<TicketAnswer | null> {
			if (!fetch) return null;
			if (latest && clock.now() - latest.at < maxAge) return latest.answer;
			asking ??= ask(fetch).then((answer) => {
				asking = null;
				latest = { at: clock.now(), answer };
				return answer;
			});
			return asking;
		},

		/** Opens a WebSocket, says nothing, and closes it again. */
		async socket(): Promise<SocketAnswer | null> {
			if (!openSocket) return null;
			const startedAt = clock.now();
			const { promise, resolve } = deferred<Omit<SocketAnswer, 'ms'>>();
			const cancel = clock.setTimeout(() => resolve({ opened: false, code: null }), PATIENCE);
			let close = () => {};
			try {
				const socket = openSocket((await address('ws')).href);
				socket.onopen = () => resolve({ opened: true, code: null });
				socket.onclose = ({ code }: { code: number }) => resolve({ opened: false, code });
				// Says nothing that `close` does not say, but Node's `ws` throws when nobody listens.
				socket.onerror = () => {};
				close = () => {
					socket.onopen = socket.onclose = null;
					socket.close();
				};
			} catch {
				resolve({ opened: false, code: null });
			}
			const answer = { ...(await promise), ms: clock.now() - startedAt };
			cancel();
			close();
			const result = answer.opened ? 'opened' : `closed with ${answer.code ?? 'nothing'}`;
			recorder.record({ type: 'check', check: 'socket', ok: answer.opened, ms: answer.ms, result });
			return answer;
		},
	};
}

/** A page that something in between shows instead is told apart by what the server always says. */
function read({ status, ok, headers }: Response, text: string): { status: number; error: ErrorFrame | null; genuine: boolean } {
	if (ok) return { status, error: null, genuine: v.is(answered, parse(text)) };
	const [decoded] = decodeServer(text);
	if (!decoded?.ok || decoded.frame.type !== 'error') return { status, error: null, genuine: false };
	const seconds = Number(headers.get('retry-after'));
	const retryAfterMs = decoded.frame.retryAfterMs || (seconds > 0 ? seconds * 1_000 : 0);
	return { status, error: { ...decoded.frame, retryAfterMs }, genuine: true };
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null; // a page of somebody else
	}
}

function resultOf(answer: TicketAnswer): string {
	if ('failure' in answer) return answer.failure;
	return answer.error ? `${answer.status} ${answer.error.code}` : String(answer.status);
}
