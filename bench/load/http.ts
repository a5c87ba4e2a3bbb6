/** Speaks `holdfast.v1` over HTTP as the product's client does: one connection listens, by polls or a stream, the other one sends. */
import type { Position } from '../../src/lib/protocol/frames.ts';
import { acksIn, helloOf, lastOffsetIn, messagesIn, publishes, publishOf, roomsOf } from './frames.ts';
import { HttpConnection } from './http-connection.ts';
import { addressOf, type Connect, type Link, type Member } from './link.ts';

/** As in the product: how long a poll may be held, and from the start of one to the next, in milliseconds. */
const HOLD = 25_000;
const PACE = 150;

type Kind = 'poll' | 'events';

const connect =
	(kind: Kind): Connect =>
	async (target, member) => {
		const link = new HttpLink(kind, addressOf(target, member), member);
		await link.open();
		return link;
	};
export const connectPoll = connect('poll');
export const connectStream = connect('events');

class HttpLink implements Link {
	delivered = 0;
	readonly spreadMs = 0;
	onAcked = (_count: number) => {};
	onClosed = (_code: number) => {};
	readonly #live = Promise.withResolvers<void>();
	readonly #head: (path: string) => string;
	#listening: HttpConnection | null = null;
	#sending: HttpConnection | null = null;
	/** A request of the second connection is under way; what is to be sent meanwhile goes with the next one. */
	#busy = false;
	#queue: string[] = [];
	#position: Position | null = null;
	#askedAt = 0;
	#over = false;

	constructor(
		readonly kind: Kind,
		readonly host: string,
		readonly member: Member,
	) {
		member.connectionNumber += 1;
		this.#head = (path) =>
			`POST /api/${path} HTTP/1.1\r\nhost: ${host}\r\ncookie: ${member.cookie}\r\ncontent-type: application/json\r\n`;
	}

	async open() {
		const closed = () => this.#fail('the connection was closed');
		const check = (status: number) => status === 200 || this.#fail(`the server answered ${status}`);
		this.#listening = await HttpConnection.open(this.host, {
			part: (text) => this.#heard(text),
			end: (status) => check(status) && this.#askAgain(),
			closed,
		});
		this.#sending = await HttpConnection.open(this.host, {
			part: (text) => this.#answered(text),
			end: (status) => check(status) && this.#sent(),
			closed,
		});
		this.#ask(0);
		await this.#live.promise;
	}

	publish(count: number) {
		this.#queue.push(...publishes(this.member, count));
		this.#flush();
	}

	resend() {
		this.#queue.push(publishOf(this.member, this.member.seq));
		this.#flush();
	}

	close() {
		this.#over = true;
		this.#listening?.close();
		this.#sending?.close();
	}

	#ask(waitMs: number) {
		this.#askedAt = performance.now();
		const rooms = roomsOf(this.member, this.#position);
		this.#listening?.send(this.#head(this.kind), `[${helloOf(this.member, rooms, this.kind === 'poll' ? waitMs : undefined)}]`);
	}

	#askAgain() {
		const early = this.#askedAt + PACE - performance.now();
		if (this.kind === 'events' || early <= 0) this.#ask(HOLD);
		else setTimeout(() => this.#over || this.#ask(HOLD), early);
	}

	#heard(text: string) {
		this.delivered += messagesIn(text);
		const offset = lastOffsetIn(text);
		if (this.#position) {
			if (offset !== null) this.#position.offset = offset;
			return;
		}
		const epoch = /"epoch":"([^"]+)"/.exec(text)?.[1];
		const live = /"type":"live","room":"[^"]*","offset":(\d+)/.exec(text)?.[1];
		if (epoch === undefined || live === undefined) return;
		this.#position = { epoch, offset: Number(live) };
		this.#live.resolve();
	}

	#flush() {
		if (this.#busy || this.#queue.length === 0) return;
		this.#busy = true;
		this.#sending?.send(this.#head('poll'), `[${[helloOf(this.member, '[]', 0), ...this.#queue].join()}]`);
		this.#queue = [];
	}

	#answered(text: string) {
		const acks = acksIn(text);
		if (acks > 0) this.onAcked(acks);
	}

	#sent() {
		this.#busy = false;
		this.#flush();
	}

	#fail(reason: string) {
		if (this.#over) return;
		this.#over = true;
		this.#live.reject(new Error(`the link ended: ${reason}`));
		this.onClosed(1006);
	}
}
