/** The one error class of the client. `code` says which error it was, `class` what to do about it. */
import { type ErrorClass, type ErrorCode, errorClasses } from '../protocol/codes.ts';

/** Codes of the wire, and those of the client itself. */
export type RealtimeErrorCode =
	| ErrorCode
	| 'closed'
	| 'discarded'
	| 'disconnected'
	| 'timeout'
	| 'unsupported'
	| 'invalid-option'
	| 'handler';

/** A class of the wire, or `application`: a mistake in the page around the client. */
export type RealtimeErrorClass = ErrorClass | 'application';

const classes: Record<RealtimeErrorCode, RealtimeErrorClass> = {
	...errorClasses,
	closed: 'closed',
	discarded: 'application',
	disconnected: 'connection',
	timeout: 'connection',
	unsupported: 'application',
	'invalid-option': 'application',
	handler: 'application',
};

export class RealtimeError<Code extends RealtimeErrorCode = RealtimeErrorCode> extends Error {
	override readonly name = 'RealtimeError';
	readonly code: Code;
	readonly class: RealtimeErrorClass;

	constructor(code: Code, message: string, cause?: unknown) {
		super(message, { cause });
		this.code = code;
		this.class = classes[code];
	}
}
