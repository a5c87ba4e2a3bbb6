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

/** The request was given up by this side. */
export class GivenUp extends Error {}

export interface HttpOptions {
	clock: Clock;
	/** @default the global one */
	fetch?: Fetch;
}

export interface Question {
	url: string;
	body: string;
	/** The type of content that the answer must have. */
	type: string;
	/** The longest silence, in milliseconds. */
	ms: number;
}

export interface Asked {
	response: Promise<Response>;
	/** Gives it up: `response`, and what is read of its body, rejects. Not every runtime says with what: the reason stays here. */
	giveUp(reason: Error): void;
	readonly reason: Error | undefined;
	/** Extends the time in which something must come by, from now, in milliseconds. */
	within(ms: number): void;
	/** It is over: no timer is left. */
	done(): void;
}

/** Asks; a refusal in the answer rejects with its `Refusal`, and silence for longer than `ms` gives it up with one. */
export function ask({ fetch, clock }: Required<HttpOptions>, { url, body, type, ms }: Question): Asked {
	const controller = new AbortController();
	let cancel: Cancel = () => {};
	let given: Error | undefined;
	const giveUp = (reason: Error) => {
		given ??= reason;
		controller.abort(reason);
	};
	const within = (limit: number) => {
		cancel();
		cancel = clock.setTimeout(() => giveUp(new Refusal(ABNORMAL, 'The server did not answer in time.')), limit);
	};
	within(ms);
	const init = {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body,
		signal: controller.signal,
		cache: 'no-store' as const,
	};
	const response = fetch(url, init).then(async (answer) => {
		if (!answer.ok) throw await refusalOf(answer);
		// A hotel's sign-in page answers everything with 200.
		if (!answer.headers.get('content-type')?.startsWith(type))
			throw new Refusal(ABNORMAL, 'Something on the way answered instead of the server.');
		return answer;
	});
	return {
		response,
		giveUp,
		get reason() {
			return given;
		},
		within,
		done: () => cancel(),
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
