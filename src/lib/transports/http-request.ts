/** One request of an HTTP transport: a body of frames there, an answer or a refusal back. */
import type { Cancel, Clock } from '../clock.ts';
import { decodeServer } from '../protocol/server-frames.ts';
import { ABNORMAL } from './transport.ts';

/** The part of `fetch` that is used. One of your own adds headers where no browser sends cookies. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Why a link ends, as a WebSocket would have told it. */
export class Refusal extends Error {
	override readonly name = 'Refusal';
	readonly code: number;
	readonly retryAfterMs: number;

	constructor(code: number, reason: string, retryAfterMs = 0) {
		super(reason);
		this.code = code;
		this.retryAfterMs = retryAfterMs;
	}
}

/** Nothing came for too long. */
export class Silence extends Refusal {
	constructor() {
		super(ABNORMAL, 'The server did not answer in time.');
	}
}

export interface Question {
	url: string;
	body: string;
	/** The type of content that the answer must have. */
	type: 'application/json' | 'text/event-stream';
	/** The longest silence, in milliseconds. */
	ms: number;
	/** Gives it up. */
	signal?: AbortSignal;
}

/** The answer, read in one of two ways. Both reject with a `Refusal` when there is one in it, or silence for too long. */
export interface Answer {
	text(): Promise<string>;
	parts(): AsyncGenerator<string>;
	/** Another limit for silence, from now on, in milliseconds. */
	within(ms: number): void;
}

export function ask(fetch: Fetch, clock: Clock, { url, body, type, ms, signal }: Question): Answer {
	const controller = new AbortController();
	let late: Silence | undefined;
	let cancel: Cancel = () => {};
	let limit = ms;

	function heard() {
		cancel();
		cancel = clock.setTimeout(() => {
			// Kept as well: not every runtime rejects with the reason of an abort.
			late = new Silence();
			controller.abort(late);
		}, limit);
	}

	async function* parts() {
		const abort = () => controller.abort();
		if (signal?.aborted) abort();
		signal?.addEventListener('abort', abort);
		heard();
		try {
			const headers = { 'content-type': 'application/json' };
			const answer = await fetch(url, {
				method: 'POST',
				headers,
				body,
				signal: controller.signal,
				cache: 'no-store',
				credentials: 'include',
			});
			if (!answer.ok) throw await refusalOf(answer);
			// A hotel's sign-in page answers everything with 200.
			if (!answer.headers.get('content-type')?.startsWith(type))
				throw new Refusal(ABNORMAL, 'Something on the way answered instead of the server.');
			const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
			for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
				heard();
				yield part.value;
			}
		} catch (error) {
			throw late ?? error;
		} finally {
			cancel();
			signal?.removeEventListener('abort', abort);
			// Whoever stops reading has had enough of the answer.
			controller.abort();
		}
	}

	return {
		parts,
		async text() {
			let text = '';
			for await (const part of parts()) text += part;
			return text;
		},
		within(next) {
			limit = next;
			heard();
		},
	};
}

/** Statuses that mean the same whoever answers, be it a proxy that knows no frames. */
const closeCodes: Partial<Record<number, number>> = { 413: 4008, 429: 4100 };

async function refusalOf(answer: Response): Promise<Refusal> {
	const seconds = Number(answer.headers.get('retry-after'));
	const retryAfterMs = seconds > 0 ? seconds * 1_000 : 0;
	const told = fatalIn(await answer.text().catch(() => ''));
	if (told) return new Refusal(told.code, told.message, Math.max(told.retryAfterMs, retryAfterMs));
	return new Refusal(closeCodes[answer.status] ?? ABNORMAL, `The server answered ${answer.status}.`, retryAfterMs);
}

/** The refusal that a text carries, if it does: over HTTP an `error` names the close code it stands for. */
export function fatalIn(text: string): Refusal | undefined {
	if (!text.includes('"closeCode"')) return undefined;
	for (const decoded of decodeServer(text)) {
		if (!decoded.ok || decoded.frame.type !== 'error' || decoded.frame.closeCode === undefined) continue;
		return new Refusal(decoded.frame.closeCode, decoded.frame.message, decoded.frame.retryAfterMs);
	}
	return undefined;
}
