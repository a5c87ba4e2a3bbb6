/** What leaves in this tick: a connection's frames gather here and go out as one array, one system call. */
import { closeCode } from '../protocol/codes.ts';
import type { Connection } from './connection.ts';
import { guarded, type Report } from './errors.ts';

/** Bun's publish: sends a text to every socket of a topic at the end of the tick. */
export type Publish = (topic: string, text: string) => number;

/** Characters in one array: a long replay is cut, so that a phone can show its beginning while the rest is on its way. */
const ARRAY_LENGTH = 262_144;

/** Frames that leave together: one text, a single frame or an array of them. */
export class FrameArray {
	#text = '';
	#count = 0;
	/** Characters of all frames that were added, those of texts already taken among them. */
	length = 0;

	/** Adds a frame. Returns the text that is full with it, or nothing yet. */
	add(frame: string): string | undefined {
		this.#text = this.#count === 0 ? frame : `${this.#text},${frame}`;
		this.#count += 1;
		this.length += frame.length;
		return this.#text.length < ARRAY_LENGTH ? undefined : this.take();
	}

	/** What was added since the last text, or nothing. */
	take(): string | undefined {
		if (this.#count === 0) return undefined;
		const text = this.#count === 1 ? this.#text : `[${this.#text}]`;
		this.#text = '';
		this.#count = 0;
		return text;
	}
}

/** Takes a connection's frames, one by one, in order. */
export interface Gathering {
	add(connection: Connection, frame: string): void;
	/** Sends what waits for one connection. */
	flush(connection: Connection): void;
}

/** For a connection whose wire gathers by itself, as an answer over HTTP does. */
export const direct: Gathering = {
	add: (connection, frame) => connection.write(frame),
	flush() {},
};

export class Outgoing implements Gathering {
	/** Those for whom something waits. */
	#waiting: Connection[] = [];
	#scheduled = false;
	readonly #run: () => void;
	/** Guarded one by one: a socket that fails must not keep the others' frames back. */
	readonly #leave: (connection: Connection, text: string) => void;

	constructor(publish: Publish, report: Report) {
		this.#run = guarded(report, 'flush', () => {
			this.#scheduled = false;
			this.flushAll();
		});
		this.#leave = guarded(
			report,
			'send',
			(connection: Connection, text: string) => {
				// Published to a topic of its own, an ack shares the system call with the room's messages of the same tick.
				if (connection.speaks) publish(connection.id, text);
				else connection.write(text);
			},
			(connection) => connection.end('server-error', closeCode.serverError, 'the server could not send'),
		);
	}

	add(connection: Connection, frame: string) {
		connection.waiting ??= this.#enlist(connection);
		const full = connection.waiting.add(frame);
		if (full !== undefined) this.#leave(connection, full);
		if (this.#scheduled) return;
		this.#scheduled = true;
		setImmediate(this.#run);
	}

	/** Sends what waits for one connection. */
	flush(connection: Connection) {
		const text = connection.waiting?.take();
		if (text !== undefined) this.#leave(connection, text);
	}

	/** Sends what waits for anybody: before a publish, so that a replay never arrives after what followed it. */
	flushAll() {
		const waiting = this.#waiting;
		if (waiting.length === 0) return;
		this.#waiting = [];
		for (const connection of waiting) {
			this.flush(connection);
			connection.waiting = undefined; // an idle connection keeps nothing
		}
	}

	#enlist(connection: Connection): FrameArray {
		this.#waiting.push(connection);
		return new FrameArray();
	}
}
