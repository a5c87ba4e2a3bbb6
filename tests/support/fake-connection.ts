/** The fake server's end of one connection: what it sends takes its time, and what it got is kept. */
import type { Clock } from '../../src/lib/clock.ts';
import { encode } from '../../src/lib/protocol/codec.ts';
import type { ClientFrame, Hello, ServerFrame } from '../../src/lib/protocol/frames.ts';
import type { LinkHandlers } from '../../src/lib/transports/transport.ts';

export class FakeConnection {
	hello: Hello | null = null;
	readonly received: ClientFrame[] = [];
	/** Each text as it came: one frame, or an array of them. */
	readonly texts: string[] = [];
	closedByClient: { code: number; reason: string } | null = null;
	readonly rooms = new Set<string>();
	over = false;
	/** Swallows everything in both directions, and keeps the connection open. */
	silent = false;
	readonly #clock: Clock;
	readonly #latency: () => number;
	readonly #handlers: LinkHandlers;

	constructor(clock: Clock, latency: () => number, handlers: LinkHandlers) {
		this.#clock = clock;
		this.#latency = latency;
		this.#handlers = handlers;
	}

	/** Runs something at the other end, after the way there. */
	later(run: () => void): void {
		this.#clock.setTimeout(run, this.#latency());
	}

	send(...frames: ServerFrame[]): void {
		this.raw(encode(frames));
	}

	raw(text: string): void {
		this.later(() => {
			if (!this.over && !this.silent) this.#handlers.message(text);
		});
	}

	/** Ends it; 1006 is a cut: nothing that is still under way arrives. */
	close(code: number, reason = ''): void {
		const end = () => {
			if (this.over) return;
			this.over = true;
			this.#handlers.close(code, reason);
		};
		if (code === 1006) end();
		else this.later(end);
	}

	frames<Type extends ClientFrame['type']>(type: Type): Extract<ClientFrame, { type: Type }>[] {
		return this.received.filter((frame): frame is Extract<ClientFrame, { type: Type }> => frame.type === type);
	}
}
