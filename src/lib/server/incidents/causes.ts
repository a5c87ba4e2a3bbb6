/** Why something went wrong, in a closed set of words, and what the client does about it. A bare 1006 tells nobody anything. */
import { classOfClose, classOfError, type Ending, type ErrorClass, type ErrorCode, endings } from '../../protocol/codes.ts';

export const causes = [
	...endings,
	'overload',
	'unauthenticated',
	'forbidden',
	'version',
	'too-large',
	'invalid-data',
	'out-of-order',
	'storage',
] as const;
export type Cause = (typeof causes)[number];

/** What a client that follows the protocol does: nothing, try again later, renew its identity first, or stay away. */
export type Advice = 'none' | 'wait' | 'renew' | 'stop';

const byClass: Record<ErrorClass, Advice> = {
	closed: 'none',
	restart: 'wait',
	connection: 'wait',
	server: 'wait',
	overload: 'wait',
	'rate-limit': 'wait',
	payload: 'wait',
	auth: 'renew',
	protocol: 'stop',
	forbidden: 'stop',
	replaced: 'stop',
	version: 'stop',
};

/** Every class that something can be of. */
export const classNames = Object.keys(byClass);

const byCode: Partial<Record<number, Cause>> = {
	1006: 'network',
	1009: 'too-large',
	1011: 'server-error',
	1012: 'restart',
	4000: 'protocol',
	4001: 'unauthenticated',
	4002: 'protocol',
	4003: 'forbidden',
	4005: 'replaced',
	4008: 'too-large',
	4009: 'version',
	4100: 'rate-limit',
	4101: 'slow-consumer',
	4102: 'overload',
	4201: 'heartbeat-timeout',
};

const byError: Record<ErrorCode, Cause> = {
	'bad-frame': 'protocol',
	'unknown-type': 'protocol',
	'hello-expected': 'protocol',
	'too-large': 'too-large',
	unauthenticated: 'unauthenticated',
	forbidden: 'forbidden',
	replaced: 'replaced',
	version: 'version',
	'rate-limited': 'rate-limit',
	overloaded: 'overload',
	'out-of-order': 'out-of-order',
	'invalid-data': 'invalid-data',
	'stale-round': 'invalid-data',
	'already-revealed': 'invalid-data',
	storage: 'storage',
	'slow-consumer': 'slow-consumer',
	'server-error': 'server-error',
};

export interface Classified {
	cause: Cause;
	class: ErrorClass;
	advice: Advice;
}

/** Of a connection that has ended. Where we ended it our own code says why; a client may close with any code it likes. */
export function classifyClose(ending: Ending, code: number): Classified {
	const ours = ending !== 'client' && ending !== 'network' ? byCode[code] : undefined;
	const errorClass = ending === 'client' ? 'closed' : classOfClose(code);
	return { cause: ours ?? ending, class: errorClass, advice: byClass[errorClass] };
}

/** Of an `error` or `nack` that ended nothing. */
export function classifyError(code: ErrorCode): Classified {
	const errorClass = classOfError(code);
	return { cause: byError[code], class: errorClass, advice: byClass[errorClass] };
}
