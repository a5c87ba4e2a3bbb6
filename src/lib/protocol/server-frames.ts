/** The frames from server to client, once: the schemas are the definition, the types follow from them. */
import * as v from 'valibot';
import { endings, errorCodes } from './codes.ts';
import { decoder } from './decoder.ts';
import { integer } from './integer.ts';

const count = integer(0);
const ordinal = integer(1);
const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null;
/** A newer server knows more of them than this page: a message that it refuses for such a reason is still refused. */
const code = v.fallback(v.picklist(errorCodes), 'server-error');
const record = v.custom<Record<string, unknown>>(isRecord, 'expected an object');

/** The person behind a frame, as the server knows them. */
export const user = v.object({ id: v.string(), name: v.string() });
export type User = v.InferOutput<typeof user>;

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

const heads = v.custom<Record<string, number>>(
	(value) => isRecord(value) && Object.values(value).every((head) => v.is(count, head)),
	'expected a head for each room',
);
const member = v.object({ user, status: v.picklist(['active', 'away']) });
export type Member = v.InferOutput<typeof member>;

const welcome = v.object({
	type: v.literal('welcome'),
	version: v.number(),
	session: v.string(),
	connection: v.string(),
	user,
	resumed: v.boolean(),
	previous: v.optional(v.object({ endedBy: v.fallback(v.picklist(endings), 'unknown'), code: v.number() })),
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
	/** Left out where the client named the version that still stands. */
	state: v.optional(record),
	/** Grows with each change of the state within an epoch. Absent where each state that is told is a new one. */
	stateVersion: v.optional(count),
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
	code,
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
const state = v.object({ type: v.literal('state'), room: v.string(), version: v.optional(count), state: record });
const signal = v.object({ type: v.literal('signal'), room: v.string(), user, kind: v.string(), data: v.unknown() });
const ping = v.object({ type: v.literal('ping'), at: v.number(), heads: v.optional(heads, {}) });
const pong = v.object({ type: v.literal('pong'), at: v.number(), heads: v.optional(heads, {}) });
const error = v.object({
	type: v.literal('error'),
	code,
	class: v.string(),
	message: v.string(),
	fatal: v.boolean(),
	retryAfterMs: v.optional(v.number(), 0),
	closeCode: v.optional(v.number()),
	/** The room whose subscribe, history or signal was refused. */
	room: v.optional(v.string()),
	/** No answer: the room was followed, and is closed to whoever followed it from here on. */
	ended: v.optional(v.literal(true)),
});
export type ErrorFrame = v.InferOutput<typeof error>;
/** The person of the connection goes by another name, here or in another tab. */
const renamed = v.object({ type: v.literal('user'), user });
const drain = v.object({ type: v.literal('drain'), reason: v.string(), withinMs: v.number() });

const serverFrames = {
	welcome,
	subscribed,
	message,
	live,
	ack,
	nack,
	history,
	presence,
	state,
	signal,
	ping,
	pong,
	error,
	drain,
	user: renamed,
};
export type ServerFrame = v.InferOutput<(typeof serverFrames)[keyof typeof serverFrames]>;

/** What a client hears. */
export const decodeServer = decoder<ServerFrame>(serverFrames);
