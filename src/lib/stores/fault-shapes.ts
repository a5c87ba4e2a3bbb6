/** What can be broken in development, and what is broken: the shapes that the panel, the endpoint and the supervisor share. */
import * as v from 'valibot';
import { closeCode } from '../protocol/codes.ts';

/** Only in development; anywhere else nothing answers here. */
export const FAULTS_PATH = '/api/faults';

/** The codes that a person can be refused with. */
export const refusalCodes = [
	closeCode.serverError,
	closeCode.restart,
	closeCode.tryLater,
	closeCode.unauthenticated,
	closeCode.forbidden,
	closeCode.replaced,
	closeCode.version,
	closeCode.rateLimited,
	closeCode.slowConsumer,
	closeCode.overloaded,
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** The longest that a fault delays, or leaves the server dead, in milliseconds. */
const LONGEST = 60_000;
const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LONGEST));
const direction = v.picklist(['both', 'up', 'down']);
const upgrades = v.picklist(['refuse', 'hang']);
const code = v.picklist(refusalCodes);

/** One change. `cut`, `reset` and `refuse` without `stays` happen once, the others hold until `heal` or another of their kind. */
export const faultChange = v.variant('type', [
	/** Ends the person's connections: FIN both ways, which a WebSocket without a close frame takes for 1006; or RST. */
	v.object({ type: v.literal('cut'), how: v.picklist(['fin', 'reset']) }),
	/** Nothing passes, and nothing is closed. `up` is from the person to the server; null lifts it. */
	v.object({ type: v.literal('black-hole'), direction: v.nullable(direction) }),
	/** Each read is late by `ms` and up to `jitterMs` more, each way. Zeros lift it. */
	v.object({ type: v.literal('delay'), ms: milliseconds, jitterMs: milliseconds }),
	/** No WebSocket gets through: it is answered 403, or never. null lifts it. */
	v.object({ type: v.literal('block-websocket'), how: v.nullable(upgrades) }),
	/** The server ends the person's connections with this code, and with `stays` every later one too. */
	v.object({ type: v.literal('refuse'), code, stays: v.boolean() }),
	/** `kill -9`, for everybody; it starts again after `downMs`. */
	v.object({ type: v.literal('kill'), downMs: milliseconds }),
	/** Ends every fault of this person. */
	v.object({ type: v.literal('heal') }),
]);
export type FaultChange = v.InferOutput<typeof faultChange>;

/** What holds for one person's connections on their way. */
export const pathFaults = v.object({
	blackHole: v.nullable(direction),
	delay: v.nullable(v.object({ ms: milliseconds, jitterMs: milliseconds })),
	webSocket: v.nullable(upgrades),
});
export type PathFaults = v.InferOutput<typeof pathFaults>;

/** Why the server that answers was started. */
export const startReason = v.picklist(['first', 'kill', 'crash', 'edit']);
export type StartReason = v.InferOutput<typeof startReason>;

/** What is broken for whoever asks. */
export const faultReport = v.object({
	...pathFaults.entries,
	/** The code that each of the person's connections is refused with. Forgotten when the server dies. */
	refuse: v.nullable(code),
	/** Connections of theirs that the faults apply to now. */
	connections: v.number(),
	server: v.object({ startedAfter: startReason, kills: v.number() }),
});
export type FaultReport = v.InferOutput<typeof faultReport>;
