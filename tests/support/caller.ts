/** Whoever opens one link and speaks over it: a greeting with rooms and positions, what came, and how it ended. */
import { encode } from '../../src/lib/protocol/codec.ts';
import type { ClientFrame, Position } from '../../src/lib/protocol/frames.ts';
import type { Link, Transport } from '../../src/lib/transports/transport.ts';
import { Inbox } from './inbox.ts';

export class Caller extends Inbox {
	readonly client = crypto.randomUUID();
	readonly link: Link;
	/** How often the link asked for a greeting, and how often it used it. */
	greetings = 0;
	hellos = 0;
	readonly closes: { code: number; reason: string; retryAfterMs: number | undefined }[] = [];
	/** Resolves with the first of them. */
	readonly closed: Promise<{ code: number; reason: string; retryAfterMs: number | undefined }>;
	readonly #positions = new Map<string, Position | null>();
	readonly #epochs = new Map<string, string>();
	#followed = 0;
	#seq = 0;

	constructor(transport: Transport, url: string, rooms: readonly string[] = []) {
		super(8_000);
		for (const room of rooms) this.#positions.set(room, null);
		const { promise, resolve } = Promise.withResolvers<Caller['closes'][number]>();
		this.closed = promise;
		this.link = transport.open(`${url}/api/websocket`, {
			greet: async () => {
				this.greetings += 1;
				return (request) => this.#hello(request);
			},
			message: (text) => {
				this.receive(text);
				this.#follow();
			},
			close: (code, reason, retryAfterMs) => {
				this.closes.push({ code, reason, retryAfterMs });
				resolve({ code, reason, retryAfterMs });
			},
		});
	}

	/** Another room, as the client asks for one: by a frame, or where requests name the rooms, by making the one that waits anew. */
	join(room: string) {
		this.#positions.set(room, null);
		if (this.link.refresh) this.link.refresh();
		else this.send({ type: 'subscribe', room });
	}

	/** Each frame as a text of its own. */
	send(...frames: ClientFrame[]) {
		for (const frame of frames) this.link.send(encode(frame));
	}

	/** The next message of ours. */
	message(room: string, text: string): ClientFrame {
		return { type: 'publish', room, seq: ++this.#seq, kind: 'chat', data: { text } };
	}

	offsets(room: string): number[] {
		return this.all('message', room).map(({ offset }) => offset);
	}

	#hello({ rooms = true, waitMs }: { rooms?: boolean; waitMs?: number } = {}): string {
		this.hellos += 1;
		const asked = rooms ? [...this.#positions].map(([room, position]) => ({ room, ...position })) : [];
		return encode({ type: 'hello', version: 1, client: this.client, connectionNumber: 1, rooms: asked, waitMs });
	}

	/** Moves each room to where what came has put it. */
	#follow() {
		for (const frame of this.frames.slice(this.#followed)) {
			if (frame.type === 'subscribed') this.#epochs.set(frame.room, frame.epoch);
			if (frame.type !== 'message' && frame.type !== 'live') continue;
			const [epoch, { room, offset }] = [this.#epochs.get(frame.room), frame];
			if (epoch !== undefined && this.#positions.has(room)) this.#positions.set(room, { epoch, offset });
		}
		this.#followed = this.frames.length;
	}
}
