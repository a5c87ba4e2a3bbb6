/** Gathers what is sent within one tick into as few texts as fit: one frame array a tick instead of a text a frame. */
import { encode } from '../protocol/codec.ts';
import type { ClientFrame } from '../protocol/frames.ts';

const encoder = new TextEncoder();

/** Length in bytes of UTF-8. */
export const bytesOf = (text: string): number => encoder.encode(text).length;

export class Batch {
	/** The longest text, in bytes. */
	limit: number;
	#texts: string[] = [];
	#bytes = 0;
	#scheduled = false;
	readonly #send: (text: string) => void;

	constructor(limit: number, send: (text: string) => void) {
		this.limit = limit;
		this.#send = send;
	}

	/** Sent at the end of this tick, in the order of the calls. */
	add(frame: ClientFrame): void {
		const text = encode(frame);
		const bytes = bytesOf(text) + 1;
		// One byte for each comma, one more for the brackets.
		if (this.#bytes + bytes + 1 > this.limit) this.flush();
		this.#texts.push(text);
		this.#bytes += bytes;
		if (this.#scheduled) return;
		this.#scheduled = true;
		queueMicrotask(() => {
			this.#scheduled = false;
			this.flush();
		});
	}

	flush(): void {
		const texts = this.#texts;
		const [first] = texts;
		if (first === undefined) return;
		this.#texts = [];
		this.#bytes = 0;
		this.#send(texts.length === 1 ? first : `[${texts.join(',')}]`);
	}
}
