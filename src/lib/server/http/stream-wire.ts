/** What an event stream writes: the frames of a tick as one event, as fast as they are read and no further than the bound. */
import { closeCode } from '../../protocol/codes.ts';
import { type Connection, SLOW_CONSUMER_BYTES } from '../connection.ts';
import { guarded, type Report } from '../errors.ts';
import type { Topics } from '../wire.ts';
import { bare, HttpWire } from './http-wire.ts';
import { closeFrame } from './refusal.ts';

/** After which a browser that was cut off asks again, in milliseconds. */
const RETRY = 1_000;
/** As long as less waits for the reader, more is asked for. */
const HIGH_WATER = SLOW_CONSUMER_BYTES / 4;

export interface StreamWireOptions {
	topics: Topics;
	connection: Connection;
	report: Report;
	/** Where the rooms stand with all that was sent: the `id` of an event; null where nobody hands it back. */
	positions: (() => string) | null;
	/** Called once: it is over, by the code that a WebSocket would be closed with, or because the client has gone. */
	over(code: number): void;
}

const encoder = new TextEncoder();

export class StreamWire extends HttpWire {
	/** The body. */
	readonly stream: ReadableStream<Uint8Array>;
	readonly #options: StreamWireOptions;
	#controller: ReadableStreamDefaultController<Uint8Array> | undefined;
	/** Frames of this tick. */
	#frames: string[] = [];
	#length = 0;
	#state: 'open' | 'flushing' | 'over' = 'open';
	readonly #flush: () => void;

	constructor(options: StreamWireOptions) {
		super(options.topics);
		this.#options = options;
		const { report, connection } = options;
		this.#flush = guarded(
			report,
			'event-stream',
			() => this.#write(),
			() => connection.end('server-error', closeCode.serverError, 'the server could not send'),
		);
		this.stream = new ReadableStream<Uint8Array>(
			{
				start: (controller) => {
					this.#controller = controller;
					controller.enqueue(encoder.encode(`retry: ${RETRY}\n\n`));
				},
				// Asked whenever the reader took so much that less than the mark waits.
				pull: () => connection.drain(),
				cancel: () => this.abort(),
			},
			// Bun keeps what the socket does not take in this queue: counted in bytes, it shows how far behind a reader is.
			{ highWaterMark: HIGH_WATER, size: (chunk) => chunk?.byteLength ?? 0 },
		);
	}

	send(text: string) {
		if (this.#state === 'over') return;
		this.#frames.push(bare(text));
		this.#length += text.length;
		if (this.#state === 'flushing') return;
		this.#state = 'flushing';
		setImmediate(this.#flush);
	}

	settled() {}

	/** The client has gone. */
	abort() {
		this.#end(closeCode.noCode);
	}

	/** What was sent goes out first; then, unless it merely ends, why. */
	close(code: number, reason: string) {
		if (this.#state === 'over') return;
		const { refusal } = this.#options.connection;
		// It goes out with its close code instead.
		if (refusal && this.#frames.at(-1) === JSON.stringify(refusal)) this.#frames.pop();
		if (code !== closeCode.normal) this.#frames.push(JSON.stringify(closeFrame(code, reason, refusal)));
		if (this.#frames.length > 0) this.#write();
		this.#end(code);
	}

	getBufferedAmount(): number {
		return this.#length + HIGH_WATER - (this.#controller?.desiredSize ?? HIGH_WATER);
	}

	#write() {
		if (this.#state === 'over') return;
		this.#state = 'open';
		const frames = this.#frames;
		this.#frames = [];
		this.#length = 0;
		const { positions, connection } = this.#options;
		const id = positions ? `id: ${positions()}\n` : '';
		this.#controller?.enqueue(encoder.encode(`${id}data: [${frames.join(',')}]\n\n`));
		connection.endIfSlow();
	}

	#end(code: number) {
		if (this.#state === 'over') return;
		this.#state = 'over';
		// One that was cancelled is closed already.
		if (code !== closeCode.noCode) this.#controller?.close();
		this.#options.over(code);
	}
}
