/** What a peer received: every frame in order, and the waiting for one that has not come. */
import { decodeServer } from '../../src/lib/protocol/codec.ts';
import type { ServerFrame } from '../../src/lib/protocol/frames.ts';

export type Type = ServerFrame['type'];
export type Of<T extends Type> = Extract<ServerFrame, { type: T }>;
type Match = (frame: ServerFrame) => boolean;

interface Waiter {
	match: Match;
	resolve(frame: ServerFrame): void;
	reject(error: Error): void;
}

export class Inbox {
	/** Every frame that came, in order. The schema of the protocol has passed them. */
	readonly frames: ServerFrame[] = [];
	/** The texts they came in: one array is one text. */
	texts = 0;
	readonly #deadlineMs: number;
	readonly #waiters = new Set<Waiter>();
	/** What no `next` has taken yet. */
	readonly #unread: ServerFrame[] = [];
	#over: string | undefined;

	/** @param deadlineMs how long `next` waits for a frame that does not come */
	constructor(deadlineMs: number) {
		this.#deadlineMs = deadlineMs;
	}

	/** Takes the first frame that matches, arrived already or not. What is skipped over can be taken later. */
	next<T extends Type>(type: T, match?: (frame: Of<T>) => boolean): Promise<Of<T>>;
	next(match: Match): Promise<ServerFrame>;
	next(wanted: Type | Match, match: Match = () => true): Promise<ServerFrame> {
		const matches: Match = typeof wanted === 'function' ? wanted : (frame) => frame.type === wanted && match(frame);
		const index = this.#unread.findIndex(matches);
		const [frame] = index < 0 ? [] : this.#unread.splice(index, 1);
		if (frame) return Promise.resolve(frame);
		return new Promise((resolve, reject) => {
			if (this.#over !== undefined) return reject(this.#failure(this.#over));
			const timer = setTimeout(() => waiter.reject(this.#failure(`nothing within ${this.#deadlineMs} ms`)), this.#deadlineMs);
			const done = () => {
				clearTimeout(timer);
				this.#waiters.delete(waiter);
			};
			const waiter: Waiter = {
				match: matches,
				resolve(frame) {
					done();
					resolve(frame);
				},
				reject(error) {
					done();
					reject(error);
				},
			};
			this.#waiters.add(waiter);
		});
	}

	/** Every frame of a type that came so far. */
	all<T extends Type>(type: T, room?: string): Of<T>[] {
		const isOne = (frame: ServerFrame): frame is Of<T> => frame.type === type;
		return this.frames.filter(isOne).filter((frame) => room === undefined || ('room' in frame && frame.room === room));
	}

	receive(text: string) {
		this.texts += 1;
		for (const decoded of decodeServer(text)) {
			if (decoded.ok) this.keep(decoded.frame);
			else this.#fail(`a frame that is none came: ${decoded.message} in ${text.slice(0, 200)}`);
		}
	}

	/** Nothing comes any more: whoever waits is told why. */
	end(why: string) {
		this.#over = why;
		this.#fail(why);
	}

	keep(frame: ServerFrame) {
		this.frames.push(frame);
		const waiter = [...this.#waiters].find(({ match }) => match(frame));
		if (waiter) waiter.resolve(frame);
		else this.#unread.push(frame);
	}

	#fail(why: string) {
		for (const waiter of [...this.#waiters]) waiter.reject(this.#failure(why));
	}

	#failure(what: string): Error {
		const came = this.frames.slice(-12).map((frame) => `  ${JSON.stringify(frame).slice(0, 200)}`);
		return new Error(`${what}; ${this.frames.length} frames came${came.length ? `, the last:\n${came.join('\n')}` : ''}`);
	}
}
