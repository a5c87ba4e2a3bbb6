/** A bare `holdfast.v1` WebSocket peer for tests: it sends what it is told, keeps what came, and answers nothing unless told to. */
import { WebSocket } from 'ws';
import { decodeServer } from '../../src/lib/protocol/codec.ts';
import type { ServerFrame } from '../../src/lib/protocol/frames.ts';

type Type = ServerFrame['type'];
type Of<T extends Type> = Extract<ServerFrame, { type: T }>;
type Match = (frame: ServerFrame) => boolean;

interface Waiter {
	match: Match;
	resolve(frame: ServerFrame): void;
	reject(error: Error): void;
}

export interface PeerOptions {
	/** The `Cookie` header: who it is. */
	cookie?: string;
	headers?: Record<string, string>;
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

export class RawPeer {
	readonly client: string;
	/** Every frame that came, in order. The schema of the protocol has passed them. */
	readonly frames: ServerFrame[] = [];
	/** The texts they came in: one array is one text. */
	texts = 0;
	readonly opened: Promise<void>;
	readonly closed: Promise<Closed>;
	readonly #socket: WebSocket;
	readonly #deadlineMs: number;
	readonly #waiters = new Set<Waiter>();
	/** What no `next` has taken yet. */
	readonly #unread: ServerFrame[] = [];
	#seqs = new Map<string, number>();
	#end: Closed | undefined;

	constructor(url: string, { cookie, headers = {}, client = crypto.randomUUID(), deadlineMs = 4_000 }: PeerOptions = {}) {
		this.client = client;
		this.#deadlineMs = deadlineMs;
		const all = cookie ? { ...headers, cookie } : headers;
		const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/websocket`, { headers: all });
		this.#socket = socket;
		socket.on('message', (data) => this.#receive(String(data)));
		// What went wrong comes out of `closed` and `next`.
		socket.on('error', () => {});
		this.closed = new Promise((resolve) => {
			socket.on('close', (code, reason) => {
				this.#end = { code, reason: String(reason) };
				for (const waiter of [...this.#waiters]) waiter.reject(this.#failure(`closed with ${code} ${reason}`));
				resolve(this.#end);
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

	/** Takes the first frame that matches, arrived already or not. What is skipped over can be taken later. */
	next<T extends Type>(type: T, match?: (frame: Of<T>) => boolean): Promise<Of<T>>;
	next(match: Match): Promise<ServerFrame>;
	next(wanted: Type | Match, match: Match = () => true): Promise<ServerFrame> {
		const matches: Match = typeof wanted === 'function' ? wanted : (frame) => frame.type === wanted && match(frame);
		const index = this.#unread.findIndex(matches);
		const [frame] = index < 0 ? [] : this.#unread.splice(index, 1);
		if (frame) return Promise.resolve(frame);
		return new Promise((resolve, reject) => {
			if (this.#end) return reject(this.#failure(`closed with ${this.#end.code} ${this.#end.reason}`));
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

	#receive(text: string) {
		this.texts += 1;
		for (const decoded of decodeServer(text)) {
			if (!decoded.ok) {
				for (const waiter of [...this.#waiters])
					waiter.reject(this.#failure(`a frame that is none came: ${decoded.message} in ${text.slice(0, 200)}`));
				continue;
			}
			this.frames.push(decoded.frame);
			const waiter = [...this.#waiters].find(({ match }) => match(decoded.frame));
			if (waiter) waiter.resolve(decoded.frame);
			else this.#unread.push(decoded.frame);
		}
	}

	#failure(what: string): Error {
		const came = this.frames.slice(-12).map((frame) => `  ${JSON.stringify(frame).slice(0, 200)}`);
		return new Error(`${what}; ${this.frames.length} frames came${came.length ? `, the last:\n${came.join('\n')}` : ''}`);
	}
}
