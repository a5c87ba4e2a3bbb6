/** Speaks `holdfast.v1`: hello with the room, live, then messages counted by their marker without parsing them. */
import { decodeServer, encode } from '../../src/lib/protocol/codec.ts';
import type { ServerFrame } from '../../src/lib/protocol/frames.ts';
import { acksIn, helloOf, messagesIn, publishes, publishOf, roomsOf } from './frames.ts';
import { addressOf, type Connect, type Link, type Member } from './link.ts';

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
		const frames = publishes(this.member, count);
		// Like the product's own client: what is sent within a tick travels as one array.
		this.#socket.send(frames.length === 1 ? frames.join() : `[${frames.join()}]`);
	}

	resend() {
		this.#socket.send(publishOf(this.member, this.member.seq));
	}

	close() {
		this.#socket.close();
	}

	#greet() {
		this.member.connectionNumber += 1;
		this.#socket.send(helloOf(this.member, roomsOf(this.member, this.member.ledger?.position ?? null)));
	}

	#receive(text: string) {
		if (this.#live && !this.member.ledger) {
			const messages = messagesIn(text);
			this.delivered += messages;
			const acks = this.member.seq > 0 ? acksIn(text) : 0;
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
