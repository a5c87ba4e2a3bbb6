/** A room that somebody follows: where its log stands, its newest messages ready to send, and who is there. */
import { RECENT_MESSAGES } from '../protocol/limits.ts';
import type { Connection } from './connection.ts';
import { type MessageLog, NO_VIEW, type RoomView, type Stored } from './log/message-log.ts';

/** The newest messages of a room that are kept in memory: enough for who comes anew, and for most who come back. */
const TAIL_MESSAGES = 128;
/** Characters of them: sent at once, three bytes each, they still fit what may wait for a reader. */
const TAIL_LENGTH = 131_072;

export class Room {
	readonly name: string;
	/** Its topic at Bun's publish. */
	readonly topic: string;
	readonly subscribers = new Set<Connection>();
	/** Those among them who are live. */
	live = 0;
	/** Whether somebody among them may be behind with reading, as far as the last publish could tell. */
	isSlow = false;
	epoch = '';
	head = 0;
	/** Its state as everybody may see it. */
	view: RoomView = NO_VIEW;
	/** Whether it had a state when it was read: others may have been in it before, and be about to return. */
	isKnown = false;
	/** Whether it has been read from the log: until then commits gather in `#early`. */
	loaded = false;
	#tail: string[] = [];
	#tailLength = 0;
	#early: Stored[] = [];
	#loading: Promise<void> | undefined;

	constructor(name: string) {
		this.name = name;
		this.topic = `room:${name}`;
	}

	/** Reads the room from the log, once, however many wait for it. */
	load(log: MessageLog): Promise<void> {
		this.#loading ??= this.#load(log).finally(() => {
			this.#loading = undefined; // a failed read may be tried again
		});
		return this.#loading;
	}

	async #load(log: MessageLog) {
		const { epoch, head } = await log.head(this.name);
		const view = await log.view(this.name);
		const recent = head === 0 ? [] : await log.read(this.name, Math.max(1, head - RECENT_MESSAGES + 1), head);
		const first = head - recent.length + 1;
		if (recent.some(({ offset }, index) => offset !== first + index))
			throw new Error(`room ${this.name}: the log lacks an offset from ${first} to ${head}`);
		this.epoch = epoch;
		this.isKnown = view.version > 0;
		this.see(view);
		this.head = head - recent.length;
		for (const { frame } of recent) this.#push(frame);
		this.loaded = true;
		// What was committed while we read is either in what we read or comes after it.
		for (const stored of this.#early.splice(0)) if (stored.offset > this.head) this.#push(stored.frame);
	}

	/** Takes a committed message. Returns whether it is to be sent to who is live. */
	commit(stored: Stored): boolean {
		if (!this.loaded) {
			this.#early.push(stored);
			return false;
		}
		// Read from the log before the writer's answer reached us: whoever follows the room has it.
		if (stored.offset <= this.head) return false;
		if (stored.offset !== this.head + 1) throw new Error(`room ${this.name}: offset ${stored.offset} follows ${this.head}`);
		this.#push(stored.frame);
		return true;
	}

	/** Takes a newer state. What was read while it changed comes late: false then. */
	see(view: RoomView): boolean {
		if (view.version <= this.view.version) return false;
		this.view = view;
		return true;
	}

	/** Everything after this offset is at hand. */
	get coveredFrom(): number {
		return this.head - this.#tail.length;
	}

	/** The messages after `offset`, which must be covered. */
	since(offset: number): readonly string[] {
		return offset >= this.head ? [] : this.#tail.slice(this.#tail.length - (this.head - offset));
	}

	#push(frame: string) {
		this.#tail.push(frame);
		this.#tailLength += frame.length;
		this.head += 1;
		// Cut back in one go, not message by message.
		if (this.#tail.length < 2 * TAIL_MESSAGES && this.#tailLength < 2 * TAIL_LENGTH) return;
		let keep = 0;
		let length = 0;
		while (keep < TAIL_MESSAGES && length < TAIL_LENGTH) length += this.#tail[this.#tail.length - ++keep]?.length ?? 0;
		this.#tail = this.#tail.slice(-keep);
		this.#tailLength = length;
	}
}
