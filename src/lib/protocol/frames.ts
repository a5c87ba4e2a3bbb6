/** Every frame of `holdfast.v1`, once: the schemas are the definition, the types follow from them. */
import * as v from 'valibot';
import { endings, errorCodes } from './codes.ts';
import { HISTORY_MESSAGES, ROOM_NAME_LENGTH, ROOMS_PER_CONNECTION } from './limits.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ordinal = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const epoch = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const clientId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/, 'expected 1 to 64 letters, digits, "-" or "_" (a UUID)'));
const kind = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected a lower-case word of at most 32 characters'));

/**
 * A room's name: 1 to 128 characters, none of them a control character or half a surrogate pair (two such names would be
 * one in the database), no blank at either end.
 */
export const roomName = v.pipe(
	v.string(),
	v.minLength(1, 'a room needs a name'),
	v.maxLength(ROOM_NAME_LENGTH, `a room's name has at most ${ROOM_NAME_LENGTH} characters`),
	v.regex(/^(?!\s)[^\p{Cc}\p{Cs}\u2028\u2029]*(?<!\s)$/u, "a room's name has no control characters and no blank at its ends"),
);

/** The person behind a frame, as the server knows them. */
export const user = v.object({ id: v.string(), name: v.string() });

// client → server

const position = { epoch: v.optional(epoch), offset: v.optional(count) };

export const hello = v.object({
	type: v.literal('hello'),
	version: v.number(),
	client: clientId,
	connectionNumber: ordinal,
	rooms: v.optional(v.pipe(v.array(v.object({ room: roomName, ...position })), v.maxLength(ROOMS_PER_CONNECTION)), []),
	lastClose: v.optional(v.object({ code: v.number(), transport: v.string(), afterMs: v.number() })),
	waitMs: v.optional(count),
});
const subscribe = v.object({ type: v.literal('subscribe'), room: roomName, ...position });
const unsubscribe = v.object({ type: v.literal('unsubscribe'), room: roomName });
const publish = v.object({
	type: v.literal('publish'),
	room: roomName,
	seq: ordinal,
	kind,
	data: v.unknown(),
	client: v.optional(clientId),
});
const historyRequest = v.object({
	type: v.literal('history'),
	room: roomName,
	before: ordinal,
	limit: v.optional(
		v.pipe(
			ordinal,
			v.transform((limit) => Math.min(limit, HISTORY_MESSAGES)),
		),
		50,
	),
});
const signal = v.object({ type: v.literal('signal'), room: roomName, kind, data: v.unknown() });
const ping = v.object({ type: v.literal('ping'), at: v.number() });
const pong = v.object({ type: v.literal('pong'), at: v.number() });
const auth = v.object({ type: v.literal('auth'), token: v.string() });

export const clientFrame = v.variant('type', [publish, pong, ping, subscribe, unsubscribe, historyRequest, signal, hello, auth]);
export type ClientFrame = v.InferOutput<typeof clientFrame>;
export type Hello = v.InferOutput<typeof hello>;
export type Publish = v.InferOutput<typeof publish>;

// server → client

export const message = v.object({
	type: v.literal('message'),
	room: v.string(),
	offset: ordinal,
	client: v.string(),
	seq: ordinal,
	user,
	kind: v.string(),
	data: v.unknown(),
	at: v.number(),
});
export type Message = v.InferOutput<typeof message>;

const heads = v.record(v.string(), count);
const member = v.object({ user, status: v.picklist(['active', 'away']) });

const welcome = v.object({
	type: v.literal('welcome'),
	version: v.number(),
	session: v.string(),
	connection: v.string(),
	user,
	resumed: v.boolean(),
	previous: v.optional(v.object({ endedBy: v.picklist(endings), code: v.number() })),
	server: v.object({ node: v.string(), boot: v.string(), version: v.string() }),
	heartbeat: v.object({ intervalMs: v.number(), timeoutMs: v.number() }),
	limits: v.object({ frameBytes: v.number(), inFlight: v.number() }),
	spreadMs: v.number(),
});
export type Welcome = v.InferOutput<typeof welcome>;

const subscribed = v.object({
	type: v.literal('subscribed'),
	room: v.string(),
	result: v.picklist(['fresh', 'resumed', 'gap', 'reset']),
	epoch: v.string(),
	offset: count,
	missing: v.optional(v.object({ from: ordinal, to: ordinal })),
	state: v.optional(v.record(v.string(), v.unknown()), {}),
	presence: v.optional(v.object({ version: count, count, members: v.array(member) })),
});
export type Subscribed = v.InferOutput<typeof subscribed>;

const live = v.object({ type: v.literal('live'), room: v.string(), offset: count });
const ack = v.object({
	type: v.literal('ack'),
	room: v.string(),
	seq: ordinal,
	epoch: v.string(),
	offset: ordinal,
	at: v.number(),
	duplicate: v.optional(v.boolean(), false),
	client: v.optional(v.string()),
});
export type Ack = v.InferOutput<typeof ack>;
const nack = v.object({
	type: v.literal('nack'),
	room: v.string(),
	seq: ordinal,
	code: v.picklist(errorCodes),
	message: v.string(),
	retry: v.boolean(),
	retryAfterMs: v.optional(v.number(), 0),
	expected: v.optional(ordinal),
	duplicate: v.optional(v.boolean(), false),
	client: v.optional(v.string()),
});
export type Nack = v.InferOutput<typeof nack>;
const history = v.object({ type: v.literal('history'), room: v.string(), messages: v.array(message), more: v.boolean() });
export type History = v.InferOutput<typeof history>;
const presence = v.object({
	type: v.literal('presence'),
	room: v.string(),
	version: count,
	count,
	changed: v.array(member),
	left: v.array(v.string()),
});
const state = v.object({ type: v.literal('state'), room: v.string(), state: v.record(v.string(), v.unknown()) });
const signalled = v.object({ type: v.literal('signal'), room: v.string(), user, kind: v.string(), data: v.unknown() });
const serverPing = v.object({ type: v.literal('ping'), at: v.number(), heads: v.optional(heads, {}) });
const serverPong = v.object({ type: v.literal('pong'), at: v.number(), heads: v.optional(heads, {}) });
const error = v.object({
	type: v.literal('error'),
	code: v.picklist(errorCodes),
	class: v.string(),
	message: v.string(),
	fatal: v.boolean(),
	retryAfterMs: v.optional(v.number(), 0),
	closeCode: v.optional(v.number()),
	/** The room whose subscribe, history or signal was refused. */
	room: v.optional(v.string()),
});
export type ErrorFrame = v.InferOutput<typeof error>;
const drain = v.object({ type: v.literal('drain'), reason: v.string(), withinMs: v.number() });

export const serverFrame = v.variant('type', [
	message,
	ack,
	serverPing,
	serverPong,
	live,
	subscribed,
	welcome,
	nack,
	history,
	presence,
	state,
	signalled,
	error,
	drain,
]);
export type ServerFrame = v.InferOutput<typeof serverFrame>;

/** A place in a room's log: everything up to and including `offset` of the incarnation `epoch` is known. */
export interface Position {
	epoch: string;
	offset: number;
}
export type User = v.InferOutput<typeof user>;
