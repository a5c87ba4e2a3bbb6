/** One attempt to connect and what becomes of it. It owns its link: nothing that an older one does can reach the client. */
import type { ClientFrame, ErrorFrame, OutboxReport, ServerFrame, User, Welcome } from '../protocol/frames.ts';
import { FRAME_BYTES } from '../protocol/limits.ts';
import { decodeServer } from '../protocol/server-frames.ts';
import { ABNORMAL, type Hello, type Link, type Notice, type TransportName } from '../transports/transport.ts';
import { createBatch } from './batch.ts';
import { dropOf, HEARTBEAT_TIMEOUT, localDrop, MOVED } from './drop.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import type { Options } from './options.ts';
import type { Drop } from './types.ts';

export interface ConnectionEvents {
	/** A link can be used: counts a connection of this client, and answers what to greet with. */
	greet(): Promise<Hello>;
	/** What waits for its ack: an answer to the server's ping tells of it. */
	waiting(): OutboxReport | undefined;
	/** Comes again when the link has moved to another transport. */
	welcome(welcome: Welcome, transport: TransportName): void;
	/** Any frame but the welcome. */
	frame(frame: ServerFrame): void;
	invalid(message: string): void;
	/** What the transport does behind its one face. */
	notice(notice: Notice): void;
	/** An urgent question was answered after `ms`; null: it was not, and this is the end. */
	probed(ms: number | null): void;
	/** It is over. Called once, and nothing after it; never after `close`. */
	ended(drop: Drop): void;
}

export interface Connection {
	readonly openedAt: number;
	/** Over which it goes now; null before the first try. */
	readonly transport: TransportName | null;
	/** It greeted before rooms were asked for by another link, which is gone. */
	readonly outdated: boolean;
	/** Goes out at the end of this tick, together with all else of it. */
	send(frame: ClientFrame): void;
	/** Asks the server whether it is still there. */
	probe(): void;
	/** Gives it up, for a reason of this side. */
	end(drop: Drop): void;
	/** Leaves properly. Nothing is called any more. */
	close(): void;
}

/** Starts at once. `prepare` finds out the address; all of it up to the welcome must fit into `connectTimeout`. */
export function openConnection(options: Options, events: ConnectionEvents, prepare: () => Promise<string>): Connection {
	const { clock } = options;
	const openedAt = clock.now();
	const batch = createBatch(FRAME_BYTES, (text) => link?.send(text));
	const late = () => end(localDrop(ABNORMAL, 'The server did not answer in time.'));
	const cancelTimeout = clock.setTimeout(late, options.connectTimeout);
	let link: Link | null = null;
	let heartbeat: Heartbeat | null = null;
	/** Over which the last welcome came. */
	let transport: TransportName | null = null;
	/** The person that the welcomes were for. */
	let user: User | null = null;
	/** The server's last word. */
	let error: ErrorFrame | null = null;
	let over = false;
	prepare()
		.then(open)
		.catch((why: unknown) => end(localDrop(ABNORMAL, `The connection could not be opened: ${why}`)));

	function open(url: string) {
		if (over) return;
		link = options.transport.open(url, {
			greet: events.greet,
			message: receive,
			notice: events.notice,
			close: (code, reason, retryAfterMs) => end(dropOf({ code, reason, retryAfterMs }, error, heartbeat !== null)),
		});
	}

	function send(frame: ClientFrame) {
		if (over) return;
		if (link?.refresh && (frame.type === 'subscribe' || frame.type === 'unsubscribe')) link.refresh();
		else batch.add(frame);
	}

	function receive(text: string) {
		heartbeat?.received();
		for (const decoded of decodeServer(text)) {
			// A handler may have ended it in the middle of a batch.
			if (over) return;
			if (decoded.ok) dispatch(decoded.frame);
			// A newer server may say more than we know.
			else if (decoded.code !== 'unknown-type') events.invalid(decoded.message);
		}
	}

	function dispatch(frame: ServerFrame) {
		if (frame.type === 'welcome') return welcome(frame);
		if (frame.type === 'ping' && transport === 'websocket') {
			// Not left to a timer: those of hidden pages run once a minute.
			send({ type: 'pong', at: frame.at, outbox: events.waiting() });
			batch.flush();
		} else if (frame.type === 'error' && frame.fatal) {
			// That a later link of ours came is no refusal of this client.
			if (frame.code !== 'replaced' || !link?.outdated) error = frame;
			return;
		}
		events.frame(frame);
	}

	function welcome(frame: Welcome) {
		// Over HTTP each request is: by now another tab has signed in as somebody else, in whose name nothing of this one may go.
		if (user && frame.user.id !== user.id) return end(localDrop(MOVED, 'The server takes this page for somebody else now.'));
		if (user && frame.user.name !== user.name) events.frame({ type: 'user', user: frame.user });
		user = frame.user;
		if (transport === link?.transport) return;
		cancelTimeout();
		batch.limit(frame.limits.frameBytes);
		transport = link?.transport ?? 'websocket';
		heartbeat ??= startHeartbeat({
			clock,
			intervalMs: options.heartbeatInterval || frame.heartbeat.intervalMs,
			timeoutMs: options.heartbeatTimeout || frame.heartbeat.timeoutMs,
			probeTimeout: options.probeTimeout,
			ping: (at) => send({ type: 'ping', at }),
			probed: events.probed,
			dead: () => end(localDrop(HEARTBEAT_TIMEOUT, 'The connection went silent.')),
		});
		events.welcome(frame, transport);
	}

	function end(drop: Drop) {
		if (over) return;
		leave(drop.code, drop.reason);
		events.ended(drop);
	}

	function leave(code: number, reason: string) {
		if (over) return;
		if (heartbeat) batch.flush();
		over = true;
		cancelTimeout();
		heartbeat?.stop();
		link?.close(code, reason);
	}

	return {
		openedAt,
		get transport() {
			return link?.transport ?? null;
		},
		get outdated() {
			return link?.outdated ?? false;
		},
		send,
		probe() {
			link?.wake?.();
			heartbeat?.probe();
		},
		end,
		close: () => leave(1000, ''),
	};
}
