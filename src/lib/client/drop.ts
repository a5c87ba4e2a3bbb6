/** Puts a close code, or the error frame before it, into words for a person. */
import { classOfClose, classOfError, closeCode, type ErrorClass } from '../protocol/codes.ts';
import type { ErrorFrame } from '../protocol/frames.ts';
import type { Drop } from './types.ts';

const sentences: Record<ErrorClass, string> = {
	closed: 'The server ended the connection.',
	restart: 'The server is restarting.',
	protocol: 'The server and this page did not understand each other.',
	connection: 'The connection was cut.',
	auth: 'The server wants to know again who you are.',
	payload: 'A message was too big for the server.',
	server: 'The server had an error.',
	overload: 'The server is too busy at the moment.',
	forbidden: 'The server refused this connection.',
	replaced: 'A newer connection has taken over from this one.',
	version: 'This page is too old for the server: please reload it.',
	'rate-limit': 'Too much was sent in too short a time.',
};

const sentencesOfCodes: Record<number, string> = {
	[closeCode.slowConsumer]: 'The connection was too slow to keep up.',
	[closeCode.moved]: 'The server asked this page to connect anew.',
	[closeCode.heartbeatTimeout]: 'The connection went silent.',
	[closeCode.tokenExpired]: 'The sign-in has expired.',
};

/**
 * The drop that a close amounts to. The error frame before it knows more than the code, if it belongs to it:
 * it was fatal, or it is of the same class.
 */
export function dropOf(code: number, error: ErrorFrame | null, welcomed: boolean): Drop {
	const silent = code === closeCode.abnormal || code === closeCode.noCode;
	if (error && (error.fatal || classOfError(error.code) === classOfClose(code))) {
		// A close without a code must not turn a refusal into something to be retried.
		const errorClass = silent ? classOfError(error.code) : classOfClose(code);
		return { code, class: errorClass, reason: error.message, retryAfterMs: error.retryAfterMs };
	}
	const errorClass = classOfClose(code);
	const reason = !welcomed && silent ? 'The server could not be reached.' : (sentencesOfCodes[code] ?? sentences[errorClass]);
	return { code, class: errorClass, reason, retryAfterMs: 0 };
}

/** A drop that this side decided on. */
export const localDrop = (code: number, reason: string): Drop => ({ code, class: classOfClose(code), reason, retryAfterMs: 0 });
