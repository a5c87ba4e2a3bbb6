/** One WebSocket, event stream or poll, and what the server knows of it. */
import { classOfError, closeCode, type Ending, type ErrorCode } from '../protocol/codes.ts';
import type { ErrorFrame, ServerFrame, User } from '../protocol/frames.ts';
import type { FrameArray, Gathering } from './outgoing.ts';
import type { Subscription } from './replay.ts';
import type { Session } from './session.ts';
import type { Wire } from './wire.ts';

export type TransportName = 'websocket' | 'event-stream' | 'long-polling';

/** Bytes that may wait for one reader. */
export const SLOW_CONSUMER_BYTES = 1_048_576;

export class Connection {
	readonly id: string = Bun.randomUUIDv7('base64url');
	readonly address: string;
	/** The person it speaks for, or null: then its `hello` is refused. They can change their name. */
	user: User | null;
	/** Until when, in wall time. */
	expiresAt = Number.POSITIVE_INFINITY;
	readonly transport: TransportName;
	/** Whether it stays to hear what comes. A poll that does not wait is answered and gone. */
	readonly listens: boolean;
	/** Whether it may see what the server tells of itself. */
	isOperator = false;
	/** Whether it was told something that its client did not know, and would not have waited for. */
	hasNews = false;
	session: Session | null = null;
	/** Its `hello.connectionNumber`; 0 before. */
	number = 0;
	subscriptions: Subscription[] = [];
	/** Why it ended, once it did. From then on no frame of it counts. */
	ending: Ending | null = null;
	/** The fatal `error` that it was told. */
	refusal: ErrorFrame | null = null;
	/** Whether it listens to the topic of its own id, as a WebSocket does from its first message on. */
	speaks: boolean;
	/** Publishes and reads that it has no answer to yet; replays are counted by `turns`. */
	unanswered = 0;
	/** Invalid frames so far. */
	invalid = 0;
	/** When it opened and was last pinged, in the registry's time. */
	openedAt = 0;
	pingedAt = 0;
	/** Whether nothing came since the last ping, and how many pings in a row went unanswered. */
	awaitsPong = false;
	missed = 0;
	/** What the last ping said, in the clock's time, until its echo came; null before. */
	pingedWith: number | null = null;
	/** From that ping to its pong, in milliseconds, our own delay included. Null before the first, and over HTTP, where no pong comes back. */
	roundTripMs: number | null = null;

	/** Frames that leave at the end of this tick. `Outgoing` alone touches it. */
	waiting: FrameArray | undefined;

	#wire: Wire | null = null;
	#whenDrained: (() => void) | undefined;
	#turn: Promise<void> | undefined;
	/** Replays that run or wait for their turn. */
	turns = 0;
	readonly #outgoing: Gathering;

	constructor(address: string, user: User | null, outgoing: Gathering, transport: TransportName = 'websocket', listens = true) {
		this.address = address;
		this.user = user;
		this.transport = transport;
		this.listens = listens;
		// Over HTTP there is no system call to share, so no topic of its own either.
		this.speaks = transport !== 'websocket';
		this.#outgoing = outgoing;
	}

	open(wire: Wire) {
		this.#wire = wire;
	}

	/** Any byte is life. */
	heard() {
		this.awaitsPong = false;
		this.missed = 0;
	}

	/** A pong came. Only the echo of the last ping says how long the way is: whether it was that. */
	echoed(at: number, now: number): boolean {
		if (at !== this.pingedWith) return false;
		this.roundTripMs = now - at;
		this.pingedWith = null;
		return true;
	}

	/** Puts a frame, encoded once, into this tick's array. */
	send(frame: string) {
		if (!this.ending) this.#outgoing.add(this, frame);
	}

	answer(frame: ServerFrame) {
		this.send(JSON.stringify(frame));
	}

	/** Tells the client what was wrong, and with which room; `fatal` where the connection ends for it, `ended` where it follows that room no more. */
	error(
		code: ErrorCode,
		message: string,
		{ fatal = false, retryAfterMs = 0, ...about }: { fatal?: boolean; retryAfterMs?: number; room?: string; ended?: true } = {},
	) {
		const frame: ErrorFrame = { type: 'error', code, class: classOfError(code), message, fatal, retryAfterMs, ...about };
		if (fatal) this.refusal = frame;
		this.answer(frame);
	}

	/** Writes text to the wire now. Called by its `Gathering` alone, which keeps the order. */
	write(text: string) {
		this.#wire?.send(text);
	}

	/** Ends it when more waits for its reader than it may: the client resumes from the log, nothing is skipped in silence. */
	endIfSlow() {
		if (this.buffered > SLOW_CONSUMER_BYTES)
			this.end('slow-consumer', closeCode.slowConsumer, 'it reads slower than the room speaks');
	}

	/** Runs one replay after the other: together they would overfill the buffer that each of them respects. */
	inTurn(replay: () => Promise<void>): Promise<void> {
		this.turns += 1;
		const turn = this.#turn ? this.#turn.then(replay) : replay();
		this.#turn = turn
			.catch(() => {}) // whoever asked for the replay hears of it
			.then(() => {
				this.turns -= 1;
				if (this.turns > 0) return;
				this.#turn = undefined;
				this.#wire?.settled?.();
			});
		return turn;
	}

	/** Whether more waits for the reader than it can be expected to take at once: here, or in a wire that gathers by itself. */
	get crowded(): boolean {
		return Math.max(this.waiting?.length ?? 0, this.buffered) > SLOW_CONSUMER_BYTES / 8;
	}

	/** Writes what waits, ahead of what others are told next. */
	flush() {
		this.#outgoing.flush(this);
	}

	/** Resolves once a replay may go on: when others had their turn, and the peer has read most of what waits for it or is gone. */
	async drained(): Promise<void> {
		this.flush();
		await new Promise<void>((resolve) => setImmediate(resolve));
		if (this.buffered > SLOW_CONSUMER_BYTES / 4 && !this.ending)
			await new Promise<void>((resolve) => {
				this.#whenDrained = resolve;
				this.#wire?.settled?.();
			});
	}

	/** Whether its replay waits for the reader. */
	get stalled(): boolean {
		return this.#whenDrained !== undefined;
	}

	/** The wire took what waited. */
	drain() {
		if (this.buffered > SLOW_CONSUMER_BYTES / 4) return;
		this.#whenDrained?.();
		this.#whenDrained = undefined;
	}

	/** Whether its stay on HTTP has the session already: each request of one greets, and asks for its rooms, again. */
	get stays(): boolean {
		return this.transport !== 'websocket' && this.session?.liveNumber === this.number;
	}

	/** Bytes that wait for its reader. */
	get buffered(): number {
		return this.#wire?.getBufferedAmount() ?? 0;
	}

	/** From its first message on its acks go through a topic of its own: see `Outgoing`. */
	speak() {
		if (this.speaks) return;
		this.flush();
		this.speaks = true;
		this.#wire?.subscribe(this.id);
	}

	join(topic: string) {
		this.#wire?.subscribe(topic);
	}

	leave(topic: string) {
		this.#wire?.unsubscribe(topic);
	}

	/** Ends it: what was sent goes out first, then the close frame. Only the first ending counts. */
	end(ending: Ending, code: number, reason: string) {
		if (this.ending) return;
		this.flush();
		this.ending = ending;
		this.#wire?.close(code, reason);
	}

	/** The wire is gone. */
	closed(ending: Ending) {
		this.ending ??= ending;
		this.#wire = null;
		this.#whenDrained?.();
	}
}
