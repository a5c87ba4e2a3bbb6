/** Records what travels, frame by frame, beside what the client makes of it: a client that repairs a server's faults hides them. */
import { decodeClient, decodeServer } from '../../src/lib/protocol/codec.ts';
import type { ClientFrame, Position, ServerFrame } from '../../src/lib/protocol/frames.ts';
import type { Transport, TransportName } from '../../src/lib/transports/transport.ts';
import { exposedBy, exposedByState, seenOf } from './estimation-history.ts';
import type { Recorder } from './history.ts';

/** The transport, with a recorder at its ears. Each room of each connection becomes a subscription of its own, named `wire-…`. */
export function recordTransport(transport: Transport, recorder: Recorder): Transport {
	return {
		name: transport.name,
		open(url, handlers) {
			const tap = new Tap(recorder, transport.name);
			const link = transport.open(url, {
				async greet() {
					const hello = await handlers.greet();
					return (request) => {
						const text = hello(request);
						tap.greeted(text, request?.rooms !== false);
						return text;
					};
				},
				message(text) {
					for (const decoded of decodeServer(text)) if (decoded.ok) tap.received(decoded.frame);
					handlers.message(text);
				},
				close(...how) {
					tap.closed();
					handlers.close(...how);
				},
			});
			return {
				...link,
				send(text: string) {
					for (const decoded of decodeClient(text)) if (decoded.ok) tap.sent(decoded.frame);
					link.send(text);
				},
				close(code: number, reason: string) {
					tap.closed();
					link.close(code, reason);
				},
			};
		},
	};
}

/** A subscribe on its way. `left`: an unsubscribe follows it, so that its answer begins nothing that has to last. */
interface Asked {
	position: Position | undefined;
	left: boolean;
}

let connections = 0;

class Tap {
	readonly #recorder: Recorder;
	readonly #transport: TransportName;
	readonly #number = ++connections;
	readonly #asked = new Map<string, Asked[]>();
	readonly #streams = new Map<string, { client: string; subscription: string; room: string; epoch: string }>();
	#client = '?';
	#count = 0;

	constructor(recorder: Recorder, transport: TransportName) {
		this.#recorder = recorder;
		this.#transport = transport;
	}

	/**
	 * Over HTTP each request that listens asks for each room anew: what was asked before and has no answer will get none, and a
	 * room that it does not name is left. One that only sends asks for nothing and leaves nothing.
	 */
	greeted(text: string, listens: boolean) {
		for (const decoded of decodeClient(text)) {
			if (!decoded.ok || decoded.frame.type !== 'hello') continue;
			this.#client = decoded.frame.client;
			if (!listens) continue;
			const { rooms } = decoded.frame;
			this.#asked.clear();
			for (const room of [...this.#streams.keys()]) if (!rooms.some((asked) => asked.room === room)) this.#end(room);
			for (const { room, epoch, offset } of rooms) this.#ask(room, epoch, offset);
		}
	}

	sent(frame: ClientFrame) {
		if (frame.type === 'subscribe') this.#ask(frame.room, frame.epoch, frame.offset);
		else if (frame.type === 'unsubscribe') {
			const last = this.#asked.get(frame.room)?.at(-1);
			if (last) last.left = true;
			this.#end(frame.room);
		}
	}

	received(frame: ServerFrame) {
		const { record } = this.#recorder;
		const transport = this.#transport;
		if (frame.type === 'ack') {
			const { room, seq, epoch, offset, duplicate, client = this.#client } = frame;
			return record({ type: 'ack', client, room, seq, epoch, offset, ...(duplicate && { duplicate }), transport });
		}
		if (frame.type === 'nack') {
			const { room, seq, code, retry, client = this.#client } = frame;
			return record({ type: 'nack', client, room, seq, code, retry });
		}
		if (frame.type === 'subscribed') return this.#subscribed(frame);
		const stream = 'room' in frame && frame.room !== undefined ? this.#streams.get(frame.room) : undefined;
		if (!stream) return;
		const { epoch, ...of } = stream;
		if (frame.type === 'live') record({ type: 'live', ...of, offset: frame.offset });
		if (frame.type === 'state') this.#expose(of, exposedByState(frame.state));
		if (frame.type !== 'message') return;
		const { offset, client: sender, seq, kind, data, user } = frame;
		this.#expose(of, exposedBy(kind, data));
		record({ type: 'deliver', ...of, epoch, offset, sender, seq, ...seenOf(kind, data, user), transport });
	}

	#expose(of: { client: string; subscription: string; room: string }, detail: string | null) {
		if (detail) this.#recorder.record({ type: 'exposed', ...of, detail });
	}

	closed() {
		for (const room of [...this.#streams.keys()]) this.#end(room);
	}

	#ask(room: string, epoch: string | undefined, offset: number | undefined) {
		const position = epoch === undefined || offset === undefined ? undefined : { epoch, offset };
		this.#asked.set(room, [...(this.#asked.get(room) ?? []), { position, left: false }]);
	}
	#subscribed({ room, result, epoch, offset, missing, state = {} }: Extract<ServerFrame, { type: 'subscribed' }>) {
		const asked = this.#asked.get(room)?.shift();
		// A server that answers again, unasked, goes on with the same subscription.
		const stream = asked ? this.#begin(room, asked, epoch) : this.#streams.get(room);
		if (!stream) return;
		stream.epoch = epoch;
		const { client, subscription } = stream;
		this.#recorder.record({ type: 'subscribed', client, subscription, room, result, epoch, offset, missing });
		this.#expose({ client, subscription, room }, exposedByState(state));
		if (asked?.left) this.#end(room);
	}
	#begin(room: string, { position }: Asked, epoch: string) {
		this.#end(room);
		const stream = { client: this.#client, subscription: `wire-${this.#number}-${++this.#count}`, room, epoch };
		this.#streams.set(room, stream);
		const { client, subscription } = stream;
		this.#recorder.record({ type: 'subscribe', client, subscription, room, position });
		return stream;
	}
	#end(room: string) {
		const stream = this.#streams.get(room);
		if (!stream) return;
		this.#streams.delete(room);
		const { client, subscription } = stream;
		this.#recorder.record({ type: 'unsubscribe', client, subscription, room });
	}
}
