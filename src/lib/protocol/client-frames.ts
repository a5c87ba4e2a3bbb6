/** The frames from client to server, once: the schemas are the definition, the types follow from them. */
import * as v from 'valibot';
import { decoder } from './decoder.ts';
import { integer } from './integer.ts';
import {
	DATA_LEVELS,
	HISTORY_MESSAGES,
	isKind,
	isRoomName,
	KIND_RULE,
	nestsDeeper,
	OUTBOX_AGE_MS,
	OUTBOX_MESSAGES,
	ROOM_NAME_RULE,
	ROOMS_PER_CONNECTION,
	SIGNAL_LENGTH,
} from './limits.ts';

const count = integer(0);
/** JSON may hold numbers beyond all, such as 1e400: we could not say them back. */
const finite = v.pipe(v.number(), v.finite('expected a finite number'));
const ordinal = integer(1);
const epoch = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const clientId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/, 'expected 1 to 64 letters, digits, "-" or "_" (a UUID)'));
const kind = v.pipe(v.string(), v.check(isKind, KIND_RULE));
export const roomName = v.pipe(v.string(), v.check(isRoomName, ROOM_NAME_RULE));

/** `state`, `presence`: the versions that the client has. Where they still stand the answer leaves the two out. */
const position = { epoch: v.optional(epoch), offset: v.optional(count), state: v.optional(count), presence: v.optional(count) };

/** How many messages of the client wait for their ack, and for how long the oldest has: in a frame that leaves it out none does. */
const outbox = v.object({ messages: integer(0, OUTBOX_MESSAGES), oldestMs: integer(0, OUTBOX_AGE_MS) });
export type OutboxReport = v.InferOutput<typeof outbox>;

const hello = v.object({
	type: v.literal('hello'),
	version: finite,
	client: clientId,
	connectionNumber: ordinal,
	rooms: v.optional(v.pipe(v.array(v.object({ room: roomName, ...position })), v.maxLength(ROOMS_PER_CONNECTION)), []),
	lastClose: v.optional(v.object({ code: finite, transport: v.string(), afterMs: finite })),
	waitMs: v.optional(count),
	outbox: v.optional(outbox),
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
const history = v.object({
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
const small = v.pipe(
	v.unknown(),
	v.check((data) => !nestsDeeper(data, DATA_LEVELS), `data nests at most ${DATA_LEVELS} levels`),
	// What nests deeper is refused already, and is not encoded.
	v.check(
		(data) => nestsDeeper(data, DATA_LEVELS) || JSON.stringify(data).length <= SIGNAL_LENGTH,
		`the data of a signal has at most ${SIGNAL_LENGTH} characters of JSON`,
	),
);
const signal = v.object({ type: v.literal('signal'), room: roomName, kind, data: small });
const ping = v.object({ type: v.literal('ping'), at: finite });
const pong = v.object({ type: v.literal('pong'), at: finite, outbox: v.optional(outbox) });
const auth = v.object({ type: v.literal('auth'), token: v.string() });

const clientFrames = { hello, subscribe, unsubscribe, publish, history, signal, ping, pong, auth };
export type ClientFrame = v.InferOutput<(typeof clientFrames)[keyof typeof clientFrames]>;
export type Hello = v.InferOutput<typeof hello>;
export type Publish = v.InferOutput<typeof publish>;

/** What a server hears. */
export const decodeClient = decoder<ClientFrame>(clientFrames);
