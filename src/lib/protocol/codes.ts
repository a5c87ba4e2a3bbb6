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

/** Codes of `error` and `nack`, each with its class. */
export const errorClasses = {
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
} as const satisfies Record<string, ErrorClass>;
export type ErrorCode = keyof typeof errorClasses;

const isErrorCode = (code: string): code is ErrorCode => code in errorClasses;
export const errorCodes = Object.keys(errorClasses).filter(isErrorCode);
/** The class of an `error` or `nack` code. */
export const classOfError = (code: ErrorCode): ErrorClass => errorClasses[code];

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

/** The class of each close code, and by its first two digits that of a whole range: 40xx stop, 41xx back off, 42xx reconnect at once. */
const classes: Readonly<Record<number, ErrorClass>> = {
	1000: 'closed',
	1001: 'restart',
	1002: 'protocol',
	1003: 'protocol',
	1007: 'protocol',
	1008: 'auth',
	1009: 'payload',
	1011: 'server',
	1012: 'restart',
	1013: 'overload',
	4000: 'protocol',
	4001: 'auth',
	4002: 'protocol',
	4005: 'replaced',
	4008: 'payload',
	4009: 'version',
	4101: 'connection',
	4102: 'overload',
	4201: 'connection',
	4202: 'auth',
	40: 'forbidden',
	41: 'rate-limit',
	42: 'restart',
};

/** The class of a close code. An unknown code takes its range's default. */
export const classOfClose = (code: number): ErrorClass => classes[code] ?? classes[Math.floor(code / 100)] ?? 'connection';
