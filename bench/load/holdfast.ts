/** Speaks `holdfast.v1`: hello with the room, live, then messages counted by their marker without parsing them. */
import { decodeServer, encode } from '../../src/lib/protocol/codec.ts';
import type { ServerFrame } from '../../src/lib/protocol/frames.ts';
import { PROTOCOL_VERSION } from '../../src/lib/protocol/limits.ts';
import { addressOf, type Connect, type Link, type Member, payload } from './link.ts';

const MESSAGE = '"type":"message"';
const ACK = '"type":"ack"';

export const connectHoldfast: Connect = (target, member) =>
	new Promise((resolve, reject) => {
		const link = new HoldfastLink(`ws://${addressOf(target, member)}/api/websocket`, member);
		link.onLive = () => resolve(link);
		link.onEnded = (reason) => reject(new Error(`the connection ended before it was live: ${reason}`));
	});

class HoldfastLink implements Link {
	delivered = 0;
	spreadMs = 0;
	onLive = () => {};
	onEnded = (_reason: string) => {};
	onAcked = (_count: number) => {};
	onClosed = (_code: number) => {};
	readonly #socket: WebSocket;
	#live = false;
	/** What the server said was wrong, for the report. */
	#refusal = '';

	constructor(
		url: string,
		readonly member: Member,
	) {
		// Bun's second argument takes headers; the DOM's type, which wins here, knows none.
		this.#socket = Reflect.construct(WebSocket, [url, { headers: { cookie: member.cookie } }]);
		this.#socket.onopen = () => this.#greet();
		this.#socket.onmessage = ({ data }: MessageEvent<string>) => this.#receive(data);
		this.#socket.onclose = ({ code, reason }) => {
			this.onEnded(`${code} ${reason} ${this.#refusal}`);
			this.onClosed(code);
		};
	}

	publish(count: number) {
		const frames = Array.from({ length: count }, () => this.#frame(++this.member.seq));
		// Like the product's own client: what is sent within a tick travels as one array.
		this.#socket.send(frames.length === 1 ? frames.join() : `[${frames.join()}]`);
	}

	resend() {
		this.#socket.send(this.#frame(this.member.seq));
	}

	close() {
		this.#socket.close();
	}

	#frame(seq: number) {
		return `{"type":"publish","room":"${this.member.room}","seq":${seq},"kind":"chat","data":{"text":"${payload}"}}`;
	}

	#greet() {
		const { id, room, ledger } = this.member;
		const connectionNumber = ++this.member.connectionNumber;
		const rooms = room === null ? [] : [{ room, ...ledger?.position }];
		this.#socket.send(encode({ type: 'hello', version: PROTOCOL_VERSION, client: id, connectionNumber, rooms }));
	}

	#receive(text: string) {
		if (this.#live && !this.member.ledger) {
			const messages = occurrences(text, MESSAGE);
			this.delivered += messages;
			const acks = this.member.seq > 0 ? occurrences(text, ACK) : 0;
			if (acks > 0) this.onAcked(acks);
			if (messages + acks > 0) return;
		}
		for (const decoded of decodeServer(text)) {
			if (!decoded.ok) throw new Error(`the server sent what the protocol does not know: ${decoded.message}`);
			this.#take(decoded.frame);
		}
	}

	#take(frame: ServerFrame) {
		const { ledger, room } = this.member;
		switch (frame.type) {
			case 'welcome':
				this.spreadMs = frame.spreadMs;
				if (room === null) this.onLive();
				return;
			case 'subscribed':
				return ledger?.subscribed(frame);
			case 'live':
				this.#live = true;
				return this.onLive();
			case 'message':
				this.delivered += 1;
				return ledger?.message(frame);
			case 'ack':
				return this.onAcked(1);
			case 'ping':
				return this.#socket.send(encode({ type: 'pong', at: frame.at }));
			case 'nack':
			case 'error':
				this.#refusal = `${frame.type} ${frame.code}: ${frame.message}`;
				return this.#socket.close();
		}
	}
}

/** How often `marker` occurs. After a hit the payload is skipped: no marker lies within it. */
function occurrences(text: string, marker: string): number {
	let count = 0;
	const stride = marker === MESSAGE ? payload.length : marker.length;
	for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + stride)) count += 1;
	return count;
}
