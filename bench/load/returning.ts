/** Members that come back by themselves after a drop, by the very policy of the product's client. */
import { localDrop } from '../../src/lib/client/drop.ts';
import { resolveOptions } from '../../src/lib/client/options.ts';
import { pauseBefore } from '../../src/lib/client/reaction.ts';
import { webSocketTransport } from '../../src/lib/transports/websocket.ts';
import type { Connect, Link, Member, Target } from './link.ts';

/** The client's defaults. Peers without an advertised spread have 0 of it and the same policies. */
const { policies, backoff } = resolveOptions({ transport: webSocketTransport() });

export class Returning {
	/** The connection, or null between two of them. */
	link: Link | null = null;
	readonly member: Member;
	readonly #connect: Connect;
	readonly #target: Target;
	#spreadMs = 0;
	#unacked = 0;
	#stopped = false;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** Keeps sending one message at a time, with this pause after each ack, in milliseconds; null: sends nothing. */
	sendEvery: number | null = null;

	constructor(link: Link, connect: Connect, target: Target) {
		this.member = link.member;
		this.#connect = connect;
		this.#target = target;
		this.#adopt(link);
	}

	get spreadMs(): number {
		return this.#spreadMs;
	}

	/** Everything that was sent is acknowledged. */
	get settled(): boolean {
		return this.link !== null && this.#unacked === 0;
	}

	send() {
		if (!this.link || this.#unacked > 0) return;
		this.#unacked = 1;
		this.link.publish(1);
	}

	stop() {
		this.#stopped = true;
		clearTimeout(this.#timer);
		this.link?.close();
	}

	#adopt(link: Link) {
		this.link = link;
		this.#spreadMs = link.spreadMs;
		link.onAcked = () => {
			this.#unacked = 0;
			if (this.sendEvery !== null) this.#timer = setTimeout(() => this.sendEvery !== null && this.send(), this.sendEvery);
		};
		link.onClosed = (code) => {
			this.link = null;
			this.#retry(1, code);
		};
		if (this.#unacked > 0) link.resend();
		else if (this.sendEvery !== null) this.send();
	}

	#retry(attempt: number, code: number) {
		if (this.#stopped) return;
		const turn = { attempt, drops: attempt, spreadMs: this.#spreadMs };
		const pause = pauseBefore(turn, localDrop(code, ''), { policies, backoff, random: Math.random });
		this.#timer = setTimeout(async () => {
			try {
				const link = await this.#connect(this.#target, this.member);
				if (this.#stopped) link.close();
				else this.#adopt(link);
			} catch {
				this.#retry(attempt + 1, code); // nobody listens yet: that is what the attempts are for
			}
		}, pause);
	}
}
