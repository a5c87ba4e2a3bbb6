/** One attempt to connect and what becomes of it. It owns its link: nothing that an older one does can reach the client. */
import type { Cancel } from '../clock.ts';
import { decodeServer } from '../protocol/codec.ts';
import { closeCode } from '../protocol/codes.ts';
import type { ClientFrame, ErrorFrame, Hello, ServerFrame, Welcome } from '../protocol/frames.ts';
import { FRAME_BYTES } from '../protocol/limits.ts';
import type { Link } from '../transports/transport.ts';
import { Batch } from './batch.ts';
import { dropOf, localDrop } from './drop.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Options } from './options.ts';
import type { Drop } from './types.ts';

export interface ConnectionEvents {
	/** The link is open: what to greet with. */
	hello(): Hello;
	welcome(welcome: Welcome, connectionType: 'websocket' | 'http'): void;
	/** Any frame but the welcome and the server's pings. */
	frame(frame: ServerFrame): void;
	/** Something came, whatever it was. */
	alive(): void;
	roundTrip(ms: number): void;
	invalid(message: string): void;
	/** It is over. Called once, and nothing after it; never after `close`. */
	ended(drop: Drop): void;
}

export class Connection {
	readonly openedAt: number;
	readonly #options: Options;
	readonly #events: ConnectionEvents;
	readonly #batch = new Batch(FRAME_BYTES, (text) => this.#link?.send(text));
	readonly #cancelTimeout: Cancel;
	#link: Link | null = null;
	#heartbeat: Heartbeat | null = null;
	#error: ErrorFrame | null = null;
	#over = false;

	/** Starts at once. `prepare` finds out the address; all of it up to the welcome must fit into `connectTimeout`. */
	constructor(options: Options, events: ConnectionEvents, prepare: () => Promise<string>) {
		this.#options = options;
		this.#events = events;
		this.openedAt = options.clock.now();
		const late = () => this.end(localDrop(closeCode.abnormal, 'The server did not answer in time.'));
		this.#cancelTimeout = options.clock.setTimeout(late, options.connectTimeout);
		prepare()
			.then((url) => this.#open(url))
			.catch((error: unknown) => {
				const why = error instanceof Error ? error.message : String(error);
				this.end(localDrop(closeCode.abnormal, `The connection could not be opened: ${why}`));
			});
	}

	/** Goes out at the end of this tick, together with all else of it. */
	send(frame: ClientFrame): void {
		if (!this.#over) this.#batch.add(frame);
	}

	/** Asks the server whether it is still there. */
	probe(): void {
		this.#heartbeat?.probe();
	}

	/** Gives it up, for a reason of this side. */
	end(drop: Drop): void {
		if (this.#over) return;
		this.#close(drop.code, drop.reason);
		this.#events.ended(drop);
	}

	/** Leaves properly. Nothing is called any more. */
	close(): void {
		if (!this.#over) this.#close(closeCode.normal, '');
	}

	#close(code: number, reason: string) {
		if (this.#heartbeat) this.#batch.flush();
		this.#over = true;
		this.#cancelTimeout();
		this.#heartbeat?.stop();
		this.#link?.close(code, reason);
	}

	#open(url: string) {
		if (this.#over) return;
		this.#link = this.#options.transport.open(url, {
			open: () => {
				this.send(this.#events.hello());
				this.#batch.flush();
			},
			message: (text) => this.#receive(text),
			close: (code) => this.end(dropOf(code, this.#error, this.#heartbeat !== null)),
		});
	}

	#receive(text: string) {
		this.#heartbeat?.received();
		this.#events.alive();
		for (const decoded of decodeServer(text)) {
			// A handler may have ended it in the middle of a batch.
			if (this.#over) return;
			if (decoded.ok) this.#dispatch(decoded.frame);
			// A newer server may say more than we know.
			else if (decoded.code !== 'unknown-type') this.#events.invalid(decoded.message);
		}
	}

	#dispatch(frame: ServerFrame) {
		const { clock } = this.#options;
		switch (frame.type) {
			case 'welcome':
				if (!this.#heartbeat) this.#welcome(frame);
				return;
			case 'ping':
				// Not left to a timer: those of hidden pages run once a minute.
				this.send({ type: 'pong', at: frame.at });
				this.#batch.flush();
				break;
			case 'pong':
				if (frame.at >= this.openedAt && frame.at <= clock.now()) this.#events.roundTrip(clock.now() - frame.at);
				break;
			case 'error':
				this.#error = frame;
				if (frame.fatal && frame.closeCode !== undefined) return this.end(dropOf(frame.closeCode, frame, true));
				break;
		}
		this.#events.frame(frame);
	}

	#welcome(welcome: Welcome) {
		const { clock, heartbeatInterval, heartbeatTimeout, probeTimeout } = this.#options;
		this.#cancelTimeout();
		this.#batch.limit = welcome.limits.frameBytes;
		const intervalMs = heartbeatInterval || welcome.heartbeat.intervalMs;
		const timeoutMs = heartbeatTimeout || welcome.heartbeat.timeoutMs;
		this.#heartbeat = new Heartbeat(
			{ clock, intervalMs, timeoutMs, probeTimeoutMs: probeTimeout },
			{
				ping: (at) => this.send({ type: 'ping', at }),
				dead: () => this.end(localDrop(closeCode.heartbeatTimeout, 'The connection went silent.')),
			},
		);
		this.#events.welcome(welcome, this.#link?.connectionType ?? 'websocket');
	}
}
