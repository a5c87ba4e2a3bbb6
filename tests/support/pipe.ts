/** One direction of a proxied connection: bytes in order, late, in slices, slowed down or held back, never more than a bounded number at once. */
import type { Cancel, Clock } from '../../src/lib/clock.ts';

/** What happens to the bytes on their way. Zeros and `false` let them through as they come. */
export interface Shape {
	/** A black hole: nothing passes, neither bytes nor the end, until it is lifted. TCP then delivers what it kept. */
	held: boolean;
	/** Each read waits `delayMs` and up to `jitterMs` more; order is kept. */
	delayMs: number;
	jitterMs: number;
	/** At most `sliceBytes` a write, `sliceEveryMs` apart. */
	sliceBytes: number;
	sliceEveryMs: number;
	bytesPerSecond: number;
}

export const clear: Readonly<Shape> = {
	held: false,
	delayMs: 0,
	jitterMs: 0,
	sliceBytes: 0,
	sliceEveryMs: 0,
	bytesPerSecond: 0,
};

/** The part of a socket that a pipe needs: where bytes come from, and where they go to. */
export interface End {
	/** Writes and returns how many bytes were taken; the rest has to wait for `drained`. Negative once it is closed. */
	write(bytes: Uint8Array): number;
	/** No more bytes will come: sends FIN and goes on reading. */
	shutdown(): void;
	/** Sends RST. */
	terminate(): void;
	pause(): void;
	resume(): void;
}

type Item = { due: number; bytes: Uint8Array } | { due: number; end: 'fin' | 'reset' };

/** The source is paused while this much waits, and resumed at a quarter of it. */
export const HIGH_WATER = 256 * 1024;

export class Pipe {
	readonly shape: Shape;
	readonly #clock: Clock;
	readonly #random: () => number;
	readonly #source: End;
	/** Null until the far side is connected. */
	#sink: End | null = null;
	#queue: Item[] = [];
	#waiting = 0;
	#passed = 0;
	#lastDue = 0;
	#nextWrite = 0;
	#paused = false;
	#blocked = false;
	#state: 'open' | 'finished' | 'stopped' = 'open';
	#cancel: Cancel = () => {};

	constructor(source: End, shape: Readonly<Shape>, clock: Clock, random: () => number) {
		this.#source = source;
		this.shape = { ...shape };
		this.#clock = clock;
		this.#random = random;
	}

	/** Bytes that went through. */
	get passed() {
		return this.#passed;
	}
	/** Bytes that were read and not yet written: at most `HIGH_WATER` and one read. */
	get waiting() {
		return this.#waiting;
	}
	/** True once the end went through, or will never. */
	get finished() {
		return this.#state !== 'open';
	}

	connect(sink: End) {
		this.#sink = sink;
		this.pump();
	}
	push(bytes: Uint8Array) {
		if (this.#state !== 'open') return;
		this.#queue.push({ due: this.#due(), bytes });
		this.#waiting += bytes.length;
		if (this.#waiting >= HIGH_WATER && !this.#paused) {
			this.#paused = true;
			this.#source.pause();
		}
		this.pump();
	}
	/** The source will send no more: its FIN or RST travels behind its bytes. */
	end(how: 'fin' | 'reset') {
		if (this.#state !== 'open') return;
		this.#queue.push({ due: this.#due(), end: how });
		this.pump();
	}
	/** The sink takes bytes again. */
	drained() {
		this.#blocked = false;
		this.pump();
	}
	/** Forgets what waits and lets nothing through any more. */
	stop() {
		this.#state = 'stopped';
		this.#queue = [];
		this.#waiting = 0;
		this.#cancel();
		this.#wake();
	}
	/** Moves whatever may move now; call it after changing `shape`. */
	pump() {
		this.#cancel();
		while (this.#state === 'open' && this.#sink && !this.shape.held && !this.#blocked) {
			const item = this.#queue[0];
			if (!item) return;
			const now = this.#clock.now();
			const at = Math.max(item.due, this.#nextWrite);
			if (at > now) {
				this.#cancel = this.#clock.setTimeout(() => this.pump(), at - now);
				return;
			}
			if ('end' in item) this.#finish(this.#sink, item.end);
			else this.#write(this.#sink, item, now);
		}
	}

	#write(sink: End, item: { bytes: Uint8Array }, now: number) {
		const { sliceBytes, sliceEveryMs, bytesPerSecond } = this.shape;
		// A slowed line moves twenty times a second, or whenever it earned a byte.
		const most = Math.min(sliceBytes || item.bytes.length, bytesPerSecond ? Math.ceil(bytesPerSecond / 20) : item.bytes.length);
		const part = item.bytes.subarray(0, most);
		const written = sink.write(part);
		if (written < 0) return this.stop();
		this.#passed += written;
		this.#waiting -= written;
		if (written === item.bytes.length) this.#queue.shift();
		else item.bytes = item.bytes.subarray(written);
		if (written < part.length) this.#blocked = true;
		this.#nextWrite = now + Math.max(sliceBytes ? sliceEveryMs : 0, bytesPerSecond ? (written / bytesPerSecond) * 1000 : 0);
		if (this.#waiting <= HIGH_WATER / 4) this.#wake();
	}
	#finish(sink: End, how: 'fin' | 'reset') {
		this.#state = 'finished';
		if (how === 'fin') sink.shutdown();
		else sink.terminate();
	}
	#wake() {
		if (!this.#paused) return;
		this.#paused = false;
		this.#source.resume();
	}
	/** Never before what was read earlier, however the jitter falls. */
	#due() {
		const { delayMs, jitterMs } = this.shape;
		this.#lastDue = Math.max(this.#lastDue, this.#clock.now() + delayMs + (jitterMs ? this.#random() * jitterMs : 0));
		return this.#lastDue;
	}
}
