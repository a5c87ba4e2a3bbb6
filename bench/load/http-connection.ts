/** HTTP/1.1 by hand over one kept connection, one request at a time: `fetch` would cost the generator more than the server. */
import type { Socket } from 'bun';

export interface HttpEvents {
	/** A part of the body, as it comes; over the whole of an answer in one piece when it fits into one read. */
	part(text: string): void;
	/** The answer is complete. */
	end(status: number): void;
	closed(): void;
}

export class HttpConnection {
	readonly #events: HttpEvents;
	#socket: Socket<undefined> | null = null;
	/** What has come and is not understood yet. Latin 1: a character a byte. */
	#rest = '';
	#state: 'head' | 'length' | 'chunk' | 'chunk-size' = 'head';
	#status = 0;
	/** Bytes of the body, or of its chunk, that are still to come. */
	#left = 0;

	private constructor(events: HttpEvents) {
		this.#events = events;
	}

	static async open(host: string, events: HttpEvents): Promise<HttpConnection> {
		const [hostname = '', port] = host.split(':');
		const connection = new HttpConnection(events);
		connection.#socket = await Bun.connect<undefined>({
			hostname,
			port: Number(port),
			socket: {
				data: (_, bytes) => connection.#received(bytes.toString('latin1')),
				close: () => events.closed(),
				error: () => {}, // `close` follows
			},
		});
		return connection;
	}

	/** `head`: everything before the length. A small request fits into the socket's buffer: nothing of it has to wait. */
	send(head: string, body: string) {
		this.#socket?.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
	}

	close() {
		this.#socket?.end();
	}

	#received(text: string) {
		this.#rest += text;
		while (this.#step());
	}

	/** Whether there may be more to understand. */
	#step(): boolean {
		switch (this.#state) {
			case 'head':
				return this.#head();
			case 'chunk-size':
				return this.#chunkSize();
			default:
				return this.#body();
		}
	}

	#head(): boolean {
		const end = this.#rest.indexOf('\r\n\r\n');
		if (end < 0) return false;
		const head = this.#rest.slice(0, end);
		this.#rest = this.#rest.slice(end + 4);
		this.#status = Number(head.slice(9, 12));
		const length = /content-length: (\d+)/i.exec(head)?.[1];
		this.#state = length === undefined ? 'chunk-size' : 'length';
		this.#left = Number(length ?? 0);
		return true;
	}

	#chunkSize(): boolean {
		const end = this.#rest.indexOf('\r\n');
		if (end < 0) return false;
		const size = Number.parseInt(this.#rest, 16);
		// The last one is empty, and an empty line follows it.
		if (size === 0 && this.#rest.length < end + 4) return false;
		this.#rest = this.#rest.slice(end + (size === 0 ? 4 : 2));
		this.#left = size;
		this.#state = size === 0 ? 'head' : 'chunk';
		if (size === 0) this.#events.end(this.#status);
		return true;
	}

	#body(): boolean {
		const isChunk = this.#state === 'chunk';
		// Whole chunks alone: an event must not be cut where its marker is.
		const needed = this.#left + (isChunk ? 2 : 0);
		if (this.#rest.length < needed) return false;
		const text = this.#rest.slice(0, this.#left);
		this.#rest = this.#rest.slice(needed);
		this.#state = isChunk ? 'chunk-size' : 'head';
		this.#events.part(text);
		if (!isChunk) this.#events.end(this.#status);
		return this.#rest.length > 0;
	}
}
