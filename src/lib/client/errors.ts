/** The one error class of the client. `code` says which error it was, `class` what to do about it. */
import { classOfError, type ErrorClass, type ErrorCode, errorCodes } from '../protocol/codes.ts';

/** Codes of the wire, and those of the client itself. */
export type RealtimeErrorCode = ErrorCode | 'closed' | 'disconnected' | 'timeout' | 'invalid-option' | 'handler';

/** A class of the wire, or `application`: a mistake in the page around the client. */
export type RealtimeErrorClass = ErrorClass | 'application';

export class RealtimeError<Code extends RealtimeErrorCode = RealtimeErrorCode> extends Error {
	override readonly name = 'RealtimeError';
	readonly code: Code;
	readonly class: RealtimeErrorClass;

	constructor(code: Code, message: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : { cause });
		this.code = code;
		this.class = classOf(code);
	}
}

const isWireCode = (code: string): code is ErrorCode => errorCodes.some((known) => known === code);

function classOf(code: RealtimeErrorCode): RealtimeErrorClass {
	if (isWireCode(code)) return classOfError(code);
	if (code === 'closed') return 'closed';
	return code === 'disconnected' || code === 'timeout' ? 'connection' : 'application';
}
