/** Close codes, error codes and error classes: what went wrong, and what a client does about it. */

/** The class of an error decides the client's reaction; the code only says which one it was. */
export type ErrorClass =
	| 'closed'
	| 'restart'
	| 'protocol'
	| 'connection'
	| 'auth'
	| 'payload'
	| 'server'
	| 'overload'
	| 'forbidden'
	| 'replaced'
	| 'version'
	| 'rate-limit';

/** Codes of `error` and `nack`. */
export const errorCodes = [
	'bad-frame',
	'unknown-type',
	'hello-expected',
	'too-large',
	'unauthenticated',
	'forbidden',
	'replaced',
	'version',
	'rate-limited',
	'overloaded',
	'out-of-order',
	'invalid-data',
	'stale-round',
	'already-revealed',
	'storage',
	'slow-consumer',
	'server-error',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** What `welcome.previous` says of the connection before this one. */
export const endings = [
	'client',
	'heartbeat-timeout',
	'network',
	'slow-consumer',
	'drain',
	'restart',
	'replaced',
	'rate-limit',
	'protocol',
	'server-error',
	'unknown',
] as const;
export type Ending = (typeof endings)[number];

/** Close codes by name. 1005 and 1006 never travel: they are what one side sees when no close frame came. */
export const closeCode = {
	normal: 1000,
	goingAway: 1001,
	protocolError: 1002,
	unsupportedData: 1003,
	noCode: 1005,
	abnormal: 1006,
	invalidPayload: 1007,
	policy: 1008,
	tooBig: 1009,
	serverError: 1011,
	restart: 1012,
	tryLater: 1013,
	helloExpected: 4000,
	unauthenticated: 4001,
	badFrames: 4002,
	forbidden: 4003,
	replaced: 4005,
	payload: 4008,
	version: 4009,
	rateLimited: 4100,
	slowConsumer: 4101,
	overloaded: 4102,
	moved: 4200,
	heartbeatTimeout: 4201,
	tokenExpired: 4202,
} as const;

const classes = new Map<number, ErrorClass>([
	[closeCode.normal, 'closed'],
	[closeCode.goingAway, 'restart'],
	[closeCode.restart, 'restart'],
	[closeCode.protocolError, 'protocol'],
	[closeCode.unsupportedData, 'protocol'],
	[closeCode.invalidPayload, 'protocol'],
	[closeCode.helloExpected, 'protocol'],
	[closeCode.badFrames, 'protocol'],
	[closeCode.noCode, 'connection'],
	[closeCode.abnormal, 'connection'],
	[closeCode.policy, 'auth'],
	[closeCode.unauthenticated, 'auth'],
	[closeCode.tooBig, 'payload'],
	[closeCode.payload, 'payload'],
	[closeCode.serverError, 'server'],
	[closeCode.tryLater, 'overload'],
	[closeCode.overloaded, 'overload'],
	[closeCode.forbidden, 'forbidden'],
	[closeCode.replaced, 'replaced'],
	[closeCode.version, 'version'],
	[closeCode.rateLimited, 'rate-limit'],
	[closeCode.slowConsumer, 'connection'],
	[closeCode.moved, 'restart'],
	[closeCode.heartbeatTimeout, 'connection'],
	[closeCode.tokenExpired, 'auth'],
]);

/** The class of a close code. An unknown code takes its range's default: 40xx stop, 41xx back off, 42xx reconnect at once. */
export function classOfClose(code: number): ErrorClass {
	const known = classes.get(code);
	if (known) return known;
	if (code >= 4000 && code < 4100) return 'forbidden';
	if (code >= 4100 && code < 4200) return 'rate-limit';
	if (code >= 4200 && code < 4300) return 'restart';
	return 'connection';
}

const classesOfErrors: Record<ErrorCode, ErrorClass> = {
	'bad-frame': 'protocol',
	'unknown-type': 'protocol',
	'hello-expected': 'protocol',
	'too-large': 'payload',
	unauthenticated: 'auth',
	forbidden: 'forbidden',
	replaced: 'replaced',
	version: 'version',
	'rate-limited': 'rate-limit',
	overloaded: 'overload',
	'out-of-order': 'protocol',
	'invalid-data': 'payload',
	'stale-round': 'payload',
	'already-revealed': 'payload',
	storage: 'server',
	'slow-consumer': 'connection',
	'server-error': 'server',
};

/** The class of an `error` or `nack` code. */
export const classOfError = (code: ErrorCode): ErrorClass => classesOfErrors[code];
