/** Puts the end of a connection into words for a person. */
import { classOfClose, classOfError } from '../protocol/codes.ts';
import type { ErrorFrame } from '../protocol/frames.ts';
import { isSilent } from '../transports/transport.ts';
import type { Drop } from './types.ts';

export const MOVED = 4200;
export const HEARTBEAT_TIMEOUT = 4201;

/** A drop that this side decided on. */
export const localDrop = (code: number, reason: string): Drop => ({ code, class: classOfClose(code), reason, retryAfterMs: 0 });

interface Close {
	code: number;
	reason: string;
	retryAfterMs?: number | undefined;
}

/** The drop that a close amounts to. The fatal error frame before it knows more than the code. */
export function dropOf({ code, reason, retryAfterMs = 0 }: Close, error: ErrorFrame | null, welcomed: boolean): Drop {
	const silent = isSilent(code);
	const drop = { ...localDrop(code, `The server ended the connection: ${reason || classOfClose(code)}.`), retryAfterMs };
	if (silent) drop.reason = welcomed ? 'The connection was cut.' : 'The server could not be reached.';
	if (error) Object.assign(drop, { reason: error.message, retryAfterMs: error.retryAfterMs });
	// A close without a code must not turn a refusal into something to be retried.
	if (error && silent) drop.class = classOfError(error.code);
	return drop;
}
