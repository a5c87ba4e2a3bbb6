/** A bare `holdfast.v1` WebSocket peer for tests: it sends what it is told, keeps what came, and answers nothing unless told to. */
import { WebSocket } from 'ws';
import { decodeServer } from '../../src/lib/protocol/codec.ts';
import type { ServerFrame } from '../../src/lib/protocol/frames.ts';
import { Inbox, type Of } from './inbox.ts';

export interface PeerOptions {
	/** The `Cookie` header: who it is. */
	cookie?: string;
	headers?: Record<string, string>;
	/** What follows the path, such as `?ticket=…`. */
	query?: string;
	/** The `client` of its frames. @default a UUID */
	client?: string;
	/** How long `next` waits for a frame that does not come. @default 4000, so that a test fails with what came before its own time is up */
	deadlineMs?: number;
}

export interface Closed {
	code: number;
	reason: string;
}

/** What a test may leave out of a `hello`. */
export interface Greeting {
	rooms?: (string | { room: string; epoch?: string; offset?: number })[];
	connectionNumber?: number;
	version?: number;
	lastClose?: { code: number; transport: string; afterMs: number };
}

export class RawPeer extends Inbox {
	readonly client: string;
	readonly opened: Promise<void>;
	readonly closed: Promise<Closed>;
	readonly #socket: WebSocket;
	#seqs = new Map<string, number>();

	constructor(
		url: string,
		{ cookie, headers = {}, query = '', client = crypto.randomUUID(), deadlineMs = 4_000 }: PeerOptions = {},
	) {
		super(deadlineMs);
		this.client = client;
		const all = cookie ? { ...headers, cookie } : headers;
		const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/websocket${query}`, { headers: all });
		this.#socket = socket;
		socket.on('message', (data) => this.receive(String(data)));
		// What went wrong comes out of `closed` and `next`.
		socket.on('error', () => {});
		this.closed = new Promise((resolve) => {
			socket.on('close', (code, reason) => {
				this.end(`closed with ${code} ${reason}`);
				resolve({ code, reason: String(reason) });
			});
		});
		this.opened = new Promise((resolve, reject) => {
			socket.on('open', () => resolve());
			this.closed.then(({ code, reason }) => reject(new Error(`the WebSocket did not open: ${code} ${reason}`)));
		});
		// Whoever only waits for `closed` did not ask for this one.
		this.opened.catch(() => {});
	}

	get isOpen(): boolean {
		return this.#socket.readyState === WebSocket.OPEN;
	}

	/** Sends frames as one text (an array where there are several), or a text as it is. */
	send(...frames: (object | string)[]) {
		const [first] = frames;
		this.#socket.send(typeof first === 'string' ? first : JSON.stringify(frames.length === 1 ? first : frames));
	}

	sendBinary(bytes: Uint8Array<ArrayBuffer>) {
		this.#socket.send(bytes);
	}

	/** A WebSocket ping, which is no frame of the protocol. */
	pingBytes() {
		this.#socket.ping();
	}

	greeting({ rooms = [], connectionNumber = 1, version = 1, lastClose }: Greeting = {}) {
		const asked = rooms.map((room) => (typeof room === 'string' ? { room } : room));
		return { type: 'hello', version, client: this.client, connectionNumber, rooms: asked, lastClose };
	}

	/** Greets, and waits until it is welcome and live in every room. */
	async hello(greeting: Greeting = {}): Promise<Of<'welcome'>> {
		await this.opened;
		const hello = this.greeting(greeting);
		this.send(hello);
		const welcome = await this.next('welcome');
		const waiting = new Set(hello.rooms.map(({ room }) => room));
		while (waiting.size > 0) waiting.delete((await this.next('live', ({ room }) => waiting.has(room))).room);
		return welcome;
	}

	/** The next `publish` frame of this client in a room, unsent. */
	message(room: string, text: string, more: object = {}) {
		const seq = (this.#seqs.get(room) ?? 0) + 1;
		this.#seqs.set(room, seq);
		return { type: 'publish', room, seq, kind: 'chat', data: { text }, ...more };
	}

	/** Publishes a text and waits for its ack or nack. */
	async publish(room: string, text: string, more: object = {}): Promise<Of<'ack'> | Of<'nack'>> {
		const frame = this.message(room, text, more);
		this.send(frame);
		const answers = (answer: ServerFrame): answer is Of<'ack'> | Of<'nack'> =>
			(answer.type === 'ack' || answer.type === 'nack') && answer.room === room && answer.seq === frame.seq;
		const answer = await this.next(answers);
		if (!answers(answer)) throw new Error('unreachable');
		return answer;
	}

	/** From here on every ping gets its pong, as a client would do. */
	answerPings() {
		this.#socket.on('message', (data) => {
			for (const decoded of decodeServer(String(data)))
				if (decoded.ok && decoded.frame.type === 'ping') this.send({ type: 'pong', at: decoded.frame.at });
		});
	}

	close(code = 1000) {
		this.#socket.close(code);
	}

	/** Goes without a close frame: the server sees 1006. */
	terminate() {
		this.#socket.terminate();
	}
}
