/** The durable, ordered log of every room: what a hub appends to and reads from, whatever keeps it. */
import type { ErrorCode } from '../../protocol/codes.ts';
import type { SessionState } from '../../protocol/estimation.ts';
import { type Act, begin, type Estimation, publicOf } from '../rooms/estimation.ts';

/** One message on its way into the log. `client`, `room` and `seq` together are its idempotency key. */
export interface Entry {
	room: string;
	client: string;
	/** Of the client, in the room, from 1. 0: the server's own, which takes the next one. */
	seq: number;
	/** Id of the person who publishes. A client id belongs to the person who used it first. */
	user: string;
	/** The `message` frame as JSON without its opening and its offset: see `encodeBody`. Empty for a refusal and for an act. */
	body: string;
	/** Wall time of acceptance, milliseconds since 1970. */
	at: number;
	/** The room refused the message: nothing is stored, yet its seq counts as used and the refusal is kept. */
	refusal?: { code: ErrorCode; message: string };
	/** What becomes of it depends on the room's estimation, and is decided within the transaction. */
	act?: Act;
	/** No message, and without a seq: `user` leads the room from here on where nobody did. */
	claims?: true;
}

/** What became of an entry. */
export type Result =
	| { status: 'stored'; offset: number /** Of an act: what the room sees of it. */; body?: string }
	/** It was stored before, at this offset and time. */
	| { status: 'duplicate'; offset: number; at: number }
	| { status: 'refused'; code: ErrorCode; message: string; duplicate: boolean }
	/** Its seq skips one, or is so old that its receipt is gone; `expected` is the next that is accepted. */
	| { status: 'out-of-order'; expected: number }
	/** The client id belongs to somebody else; nothing was counted. */
	| { status: 'forbidden' }
	| { status: 'claimed' };

/** A room's state as everybody may see it. */
export interface RoomView {
	/** Grows with each change within an epoch; 0 for a room whose state nobody has touched. */
	version: number;
	state: SessionState & Record<string, unknown>;
	/** Offsets of the rounds that were revealed, the last 500, ascending. */
	reveals: readonly number[];
}

/** Where a room's log stands. Offsets up to `floor` were trimmed; `head` is the last that is durable; both 0 for a room nobody wrote to. */
export interface Head {
	epoch: string;
	head: number;
	floor: number;
}

/** A message as it lies in the log: `frame` is the encoded `message` frame, ready to be sent. */
export interface Stored {
	offset: number;
	frame: string;
}

/** Bytes on the disk; 0 for what has no files. */
export interface LogSizes {
	databaseBytes: number;
	walBytes: number;
}

export interface Appended {
	epoch: string;
	results: Result[];
	/** Rooms whose state this batch has changed. */
	views: [room: string, view: RoomView][];
}

export interface MessageLog {
	/**
	 * Stores a batch as one transaction, in order, and answers entry by entry once it is durable.
	 * Rejects when nothing of it was stored (a full disk, a lost connection): the caller may try the same batch again.
	 * One call at a time.
	 */
	append(entries: readonly Entry[]): Promise<Appended>;
	/** Messages with `from <= offset <= to`, ascending. Trimmed ones are missing at the front, never in between. */
	read(room: string, from: number, to: number): Promise<Stored[]>;
	head(room: string): Promise<Head>;
	view(room: string): Promise<RoomView>;
	/** Applies the retention to every room. Returns the number of messages that went. */
	trim(): Promise<number>;
	/** Whether the last write went through: false on a full disk, and true again once a write succeeds. */
	readonly writable: boolean;
	/** What it takes on the disk. Asked once a second. */
	sizes(): LogSizes;
	/** Waits for the write under way and lets go of the storage. Calling it twice does nothing. */
	close(): Promise<void>;
}

/** The part of a `message` frame that is known before its offset is: encoded once, stored, and sent as it is ever after. */
export const encodeBody = (message: object) => JSON.stringify(message).slice(1);

/** The `message` frame of a stored body. */
export const frameOf = (offset: number, body: string) => `{"type":"message","offset":${offset},${body}`;

/** What everybody may see of an estimation. */
export const viewOf = (estimation: Estimation): RoomView => ({
	version: estimation.version,
	state: { estimation: publicOf(estimation) },
	reveals: estimation.reveals,
});
/** Of a room whose state nobody has touched. */
export const NO_VIEW: RoomView = viewOf(begin());
