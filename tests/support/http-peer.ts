/** A bare `holdfast.v1` peer over HTTP for tests: it listens by held polls or event streams, sends by short polls, and repairs nothing. */
import { decodeServer } from '../../src/lib/protocol/codec.ts';
import type { Position, ServerFrame } from '../../src/lib/protocol/frames.ts';
import { EventStream } from './event-stream.ts';
import { Inbox, type Of } from './inbox.ts';
import { helloOf, poll } from './poll.ts';
import type { Closed, Greeting, PeerOptions } from './raw-peer.ts';

const HELD = 25_000;

export class HttpPeer extends Inbox {
	readonly client: string;
	/** The refusal that ended it. */
	readonly closed: Promise<Closed>;
	readonly #url: string;
	readonly #mode: 'poll' | 'events';
	readonly #headers: Record<string, string>;
	readonly #rooms = new Map<string, Partial<Position>>();
	readonly #live = new Set<string>();
	#greeting: Greeting = {};
	#welcomed = false;
	#over = false;
	#listening = new AbortController();
	#sending = Promise.resolve();
	#resolve: (closed: Closed) => void = () => {};
	readonly #seqs = new Map<string, number>();

	constructor(url: string, mode: 'poll' | 'events', { cookie, headers = {}, client = crypto.randomUUID() }: PeerOptions = {}) {
		super(4_000);
		this.client = client;
		this.#url = url;
		this.#mode = mode;
		this.#headers = cookie ? { ...headers, cookie } : headers;
		this.closed = new Promise((resolve) => {
			this.#resolve = resolve;
		});
	}

	/** Greets, listens from here on, and waits until it is welcome and live in every room. */
	async hello(greeting: Greeting = {}): Promise<Of<'welcome'>> {
		this.#greet(greeting);
		const waiting = new Set(this.#rooms.keys());
		const welcome = await this.next('welcome');
		while (waiting.size > 0) waiting.delete((await this.next('live', ({ room }) => waiting.has(room))).room);
		return welcome;
	}

	/** Sends frames, or texts that stand for some, after a hello that names no rooms; a subscribe changes what the next hello names. */
	send(...frames: (object | string)[]) {
		const body: string[] = [];
		for (const frame of frames) {
			if (typeof frame === 'object' && 'type' in frame && 'room' in frame && typeof frame.room === 'string') {
				const { type, room, ...rest } = frame;
				if (type === 'subscribe' || type === 'unsubscribe') {
					this.#rooms.delete(room);
					this.#live.delete(room);
					if (type === 'subscribe') this.#rooms.set(room, rest);
					this.#listening.abort();
					continue;
				}
			}
			body.push(typeof frame === 'string' ? frame.replace(/^\[|\]$/g, '') : JSON.stringify(frame));
		}
		if (body.length === 0) return;
		const hello = JSON.stringify(helloOf(this.client, { ...this.#greeting, rooms: [] }));
		this.#sending = this.#sending.then(() => this.#ask(`[${[hello, ...body].join()}]`, new AbortController().signal));
	}

	message(room: string, text: string, more: object = {}) {
		const seq = (this.#seqs.get(room) ?? 0) + 1;
		this.#seqs.set(room, seq);
		return { type: 'publish', room, seq, kind: 'chat', data: { text }, ...more };
	}

	async publish(room: string, text: string, more: object = {}): Promise<Of<'ack'> | Of<'nack'>> {
		const frame = this.message(room, text, more);
		this.send(frame);
		const answers = (answer: ServerFrame): answer is Of<'ack'> | Of<'nack'> =>
			(answer.type === 'ack' || answer.type === 'nack') && answer.room === room && answer.seq === frame.seq;
		const answer = await this.next(answers);
		if (!answers(answer)) throw new Error('unreachable');
		return answer;
	}

	close() {
		this.#end({ code: 1000, reason: 'left' });
	}

	#greet(greeting: Greeting) {
		this.#greeting = greeting;
		for (const room of greeting.rooms ?? []) {
			const { room: name, ...position } = typeof room === 'string' ? { room } : room;
			this.#rooms.set(name, position);
		}
		this.#listen().catch((error: unknown) => this.#end({ code: 1006, reason: String(error) }));
	}

	async #listen() {
		while (!this.#over) {
			this.#listening = new AbortController();
			const { signal } = this.#listening;
			const rooms = [...this.#rooms].map(([room, position]) => ({ room, ...position }));
			const fresh = rooms.some(({ room }) => !this.#live.has(room)) || !this.#welcomed;
			const hello = helloOf(this.client, { ...this.#greeting, rooms, waitMs: fresh ? 0 : HELD });
			try {
				if (this.#mode === 'poll') await this.#ask(JSON.stringify([hello]), signal);
				else await this.#stream(hello, signal);
			} catch (error) {
				if (!signal.aborted) throw error;
			}
		}
	}

	async #ask(body: string, signal: AbortSignal) {
		const { frames } = await poll(this.#url, body, { headers: this.#headers, signal });
		for (const frame of frames) this.#take(frame);
	}

	async #stream(hello: object, signal: AbortSignal) {
		const stream = await EventStream.open(this.#url, {
			body: [hello],
			headers: this.#headers,
			received: (text) => {
				for (const decoded of decodeServer(text)) if (decoded.ok) this.#take(decoded.frame);
			},
		});
		signal.addEventListener('abort', () => stream.close());
		if (signal.aborted) stream.close();
		await stream.ended.catch((error: unknown) => {
			if (!signal.aborted) throw error;
		});
	}

	/** Keeps what is new: each request is welcomed, and subscribes again to what is live already. */
	#take(frame: ServerFrame) {
		if (this.#over) return;
		if (frame.type === 'welcome') {
			if (!this.#welcomed) this.keep(frame);
			this.#welcomed = true;
			return;
		}
		if (frame.type === 'subscribed') {
			if (this.#live.has(frame.room) && frame.result === 'resumed') return;
			const kept = frame.result === 'resumed' || frame.result === 'gap' ? this.#rooms.get(frame.room) : {};
			this.#rooms.set(frame.room, { ...kept, epoch: frame.epoch });
		} else if (frame.type === 'message') {
			const known = this.#rooms.get(frame.room);
			if (known?.offset !== undefined && frame.offset <= known.offset) return;
			this.#rooms.set(frame.room, { ...known, offset: frame.offset });
		} else if (frame.type === 'live') {
			if (this.#live.has(frame.room)) return;
			this.#live.add(frame.room);
			const known = this.#rooms.get(frame.room);
			this.#rooms.set(frame.room, { ...known, offset: Math.max(known?.offset ?? 0, frame.offset) });
		}
		this.keep(frame);
		if (frame.type === 'error' && frame.closeCode !== undefined) this.#end({ code: frame.closeCode, reason: frame.message });
	}

	#end(closed: Closed) {
		if (this.#over) return;
		this.#over = true;
		this.#listening.abort();
		this.end(`ended with ${closed.code} ${closed.reason}`);
		this.#resolve(closed);
	}
}
