/** What happened in a run, as seen from the clients: the events that the checker judges, and their file of JSON lines. */
import { writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { errorCodes } from '../../src/lib/protocol/codes.ts';

const text = v.pipe(v.string(), v.minLength(1));
const offset = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ordinal = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const position = v.object({ epoch: text, offset });
/** `at` is milliseconds on the monotonic clock of the process that recorded the event. */
const at = v.number();
const message = { at, client: text, room: text, seq: ordinal };
const stream = { at, client: text, subscription: text, room: text };
/** What it came over, where that was recorded. */
const transport = v.optional(v.picklist(['websocket', 'event-stream', 'long-polling']));
const stored = { epoch: text, offset: ordinal, sender: text, seq: ordinal, hash: v.string() };

const event = v.variant('type', [
	/** A client accepted a message for sending. `hash` stands for its kind and data: see `hashOf`. */
	v.object({
		type: v.literal('send'),
		...message,
		hash: v.string(),
		vote: v.optional(v.object({ round: ordinal, value: v.nullable(v.string()) })),
	}),
	/** The server answered: durable at this place. `duplicate`: it says that it had the message already. */
	v.object({ type: v.literal('ack'), ...message, epoch: text, offset: ordinal, duplicate: v.optional(v.boolean()), transport }),
	/** The server refused; with `retry` the client will ask again. */
	v.object({ type: v.literal('nack'), ...message, code: v.picklist(errorCodes), retry: v.boolean() }),
	/** The application asks for a room, from a position it kept or from now. `subscription` is unique in the history. */
	v.object({ type: v.literal('subscribe'), ...stream, position: v.optional(position) }),
	/** What the server says it could recover; again after each reconnect. A gap and a reset are announced here. */
	v.object({
		type: v.literal('subscribed'),
		...stream,
		result: v.picklist(['fresh', 'resumed', 'gap', 'reset']),
		epoch: text,
		offset,
		missing: v.optional(v.object({ from: ordinal, to: ordinal })),
	}),
	/** The application was handed a message. */
	v.object({
		type: v.literal('deliver'),
		...stream,
		...stored,
		transport,
		/** Of a vote and a reveal: whose it is, and which cards were shown. */
		user: v.optional(v.string()),
		reveal: v.optional(v.object({ round: ordinal, votes: v.record(v.string(), v.string()) })),
	}),
	/** Somebody was shown a card before its round was revealed. */
	v.object({ type: v.literal('exposed'), ...stream, detail: v.string() }),
	/** The application was told that it has everything up to `offset`. */
	v.object({ type: v.literal('live'), ...stream, offset }),
	v.object({ type: v.literal('unsubscribe'), ...stream }),
	/** Whether a client may enter a closed room: told before they are let in, and after they were taken out. */
	v.object({ type: v.literal('right'), at, client: text, room: text, may: v.boolean() }),
	/** A client's traffic goes over this transport from here on. Only for the reader, as faults are. */
	v.object({ type: v.literal('carries'), at, client: text, transport: v.nonOptional(transport) }),
	/** A client is gone for good: what it had not seen acknowledged may be stored or not. */
	v.object({ type: v.literal('leave'), at, client: text }),
	/** A fault began (`on`), ended, or struck once. Only for the reader: no rule depends on it. */
	v.object({ type: v.literal('fault'), at, kind: text, on: v.optional(v.boolean()), detail: v.optional(v.string()) }),
	v.object({ type: v.literal('crash'), at, node: text }),
	v.object({ type: v.literal('restart'), at, node: text }),
	/** One message as it lies in the log at the end, and which offsets of a room were read: all that is left of it. */
	v.object({ type: v.literal('entry'), at, room: text, ...stored }),
	v.object({ type: v.literal('log'), at, room: text, epoch: text, from: ordinal, to: offset }),
	/** From here on everybody must be at the head and every message answered. */
	v.object({ type: v.literal('quiesce'), at }),
	/** A figure that must stay bounded: memory, a queue, connections. */
	v.object({ type: v.literal('sample'), at, name: text, value: v.number(), limit: v.number() }),
]);

export type HistoryEvent = v.InferOutput<typeof event>;
export type EventOf<Type extends HistoryEvent['type']> = Extract<HistoryEvent, { type: Type }>;
type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

export interface Recorder {
	readonly events: readonly HistoryEvent[];
	record(event: WithoutTime<HistoryEvent>): void;
	/** Writes what is left to the file, if there is one. Calling it twice does nothing more. */
	close(): Promise<void>;
}

/** Keeps events in memory and, with a `path`, as lines of a file, so that a run that dies leaves its history. */
export function createRecorder({ now, path }: { now: () => number; path?: string }): Recorder {
	const events: HistoryEvent[] = [];
	// The writer would leave the end of a longer history that lay there before.
	if (path) writeFileSync(path, '');
	const file = path ? Bun.file(path).writer({ highWaterMark: 1 << 16 }) : null;
	let closed: Promise<void> | undefined;
	return {
		events,
		record(event) {
			const timed = { at: Math.round(now() * 1000) / 1000, ...event };
			events.push(timed);
			file?.write(`${JSON.stringify(timed)}\n`);
		},
		close() {
			closed ??= Promise.resolve(file?.end()).then(() => undefined);
			return closed;
		},
	};
}

/** @throws Error naming the first line that is no event */
export function parseHistory(lines: string): HistoryEvent[] {
	return lines
		.split('\n')
		.filter((line) => line !== '')
		.map((line, index) => {
			const result = v.safeParse(event, parseLine(line), { abortEarly: true });
			if (result.success) return result.output;
			throw new Error(
				`line ${index + 1} is no event of a history: ${v.getDotPath(result.issues[0]) ?? ''} ${result.issues[0].message}`,
			);
		});
}

export const readHistory = async (path: string) => parseHistory(await Bun.file(path).text());

/** Stands for a message's content: equal for equal kind and data, however often it was parsed and printed. */
export const hashOf = (kind: string, data: unknown) => Bun.hash(JSON.stringify([kind, data])).toString(36);

function parseLine(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined; // refused by the schema, with its line number
	}
}
