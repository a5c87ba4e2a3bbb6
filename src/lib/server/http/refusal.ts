/** Where a WebSocket would be closed, HTTP answers with a status and one `error` frame that carries the close code. */
import { classOfClose, classOfError, closeCode, type ErrorCode } from '../../protocol/codes.ts';
import type { ErrorFrame } from '../../protocol/frames.ts';

/** No proxy may keep an answer, change it, or wait for more of it. */
export const unbuffered = { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' };

interface Meaning {
	status: number;
	code: ErrorCode;
}

const byCloseCode: Partial<Record<number, Meaning>> = {
	[closeCode.restart]: { status: 503, code: 'overloaded' },
	[closeCode.helloExpected]: { status: 400, code: 'hello-expected' },
	[closeCode.unauthenticated]: { status: 401, code: 'unauthenticated' },
	[closeCode.badFrames]: { status: 400, code: 'bad-frame' },
	[closeCode.forbidden]: { status: 403, code: 'forbidden' },
	[closeCode.replaced]: { status: 409, code: 'replaced' },
	[closeCode.payload]: { status: 413, code: 'too-large' },
	[closeCode.version]: { status: 426, code: 'version' },
	[closeCode.rateLimited]: { status: 429, code: 'rate-limited' },
	[closeCode.slowConsumer]: { status: 503, code: 'slow-consumer' },
	[closeCode.overloaded]: { status: 503, code: 'overloaded' },
	[closeCode.tokenExpired]: { status: 401, code: 'unauthenticated' },
	[closeCode.moved]: { status: 503, code: 'overloaded' },
};
const failed: Meaning = { status: 500, code: 'server-error' };

/** Thrown where a request is turned away before it became a connection; `serveApi` answers with it, and counts it. */
export class Refused extends Error {
	readonly code: number;
	readonly retryAfterMs: number;
	/** Who asked, where that is known. */
	readonly user: string | undefined;
	/** Whether the request was one of a stay on HTTP that is welcome. */
	readonly stays: boolean;

	constructor(
		code: number,
		message: string,
		{ retryAfterMs = 0, user, stays = false }: { retryAfterMs?: number; user?: string; stays?: boolean } = {},
	) {
		super(message);
		this.stays = stays;
		this.code = code;
		this.retryAfterMs = retryAfterMs;
		this.user = user;
	}
}

/** Thrown where a request asks for something that it may ask, wrongly: 400 with this message, and no trouble to be counted. */
export class Mistaken extends Error {}

/** The frame that stands for a close. `told` is the fatal `error` that the connection was sent, where there was one. */
export function closeFrame(code: number, reason: string, told?: Partial<ErrorFrame> | null): ErrorFrame {
	const meaning = byCloseCode[code] ?? failed;
	return {
		type: 'error',
		code: meaning.code,
		message: reason,
		retryAfterMs: 0,
		...told,
		class: classOfClose(code),
		fatal: true,
		closeCode: code,
	};
}

/** Answers instead of closing with `code`. */
export function closeResponse(code: number, reason: string, told?: Partial<ErrorFrame> | null): Response {
	return respond(byCloseCode[code]?.status ?? failed.status, closeFrame(code, reason, told));
}

/** Refuses a request that stands for no connection. */
export function refusal(
	status: number,
	code: ErrorCode,
	message: string,
	{ retryAfterMs = 0, headers }: { retryAfterMs?: number; headers?: Record<string, string> } = {},
): Response {
	const [standsFor] =
		Object.entries(byCloseCode).find(([, meaning]) => meaning?.status === status && meaning.code === code) ?? [];
	const frame: ErrorFrame = { type: 'error', code, class: classOfError(code), message, fatal: true, retryAfterMs };
	return respond(status, standsFor ? { ...frame, closeCode: Number(standsFor) } : frame, headers);
}

/** What each of these answers says, for the log: a body can be read only once, and not at once. */
const frames = new WeakMap<Response, ErrorFrame>();
export const frameOfRefusal = (response: Response): ErrorFrame | undefined => frames.get(response);

function respond(status: number, frame: ErrorFrame, headers: Record<string, string> = {}): Response {
	const all = new Headers({ ...headers, ...unbuffered });
	if (frame.retryAfterMs > 0) all.set('retry-after', String(Math.ceil(frame.retryAfterMs / 1000)));
	const response = Response.json(frame, { status, headers: all });
	frames.set(response, frame);
	return response;
}
