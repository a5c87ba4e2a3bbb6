/** What carries opaque strings between a client and a server. A transport knows nothing of rooms, messages or retries. */

/**
 * Writes the `hello` of one link as things stand now: once for a WebSocket, anew for each request over HTTP.
 * `rooms: false` leaves out the rooms, for a request that only sends; `waitMs` lets the server hold its answer so long.
 */
export type Hello = (request?: { rooms?: boolean; waitMs?: number }) => string;

/** Called by a link. After `close`, and after the link's own `close()`, none of them is called again. */
export interface LinkHandlers {
	/** Begins a connection at the server, which counts it: called once a link, when it can be used. */
	greet(): Promise<Hello>;
	message(text: string): void;
	/**
	 * `code` is a WebSocket close code, over HTTP the one that an answer stands for; 1006 when the other side vanished without one.
	 * `retryAfterMs`: the pause that was asked for.
	 */
	close(code: number, reason: string, retryAfterMs?: number): void;
	/** What a link of several transports does behind its one face: for statistics and for telling what happened. */
	notice?(notice: Notice): void;
}

/** `tried`: an attempt began; `failed`: it ended before anything came; `carries`: it has the traffic from here on. */
export type Notice =
	| { type: 'tried' | 'carries'; transport: TransportName; probe: boolean }
	| { type: 'failed'; transport: TransportName; probe: boolean; code: number; reason: string };

/** One connection, from the attempt to open it until it is gone. It greets by itself. */
export interface Link {
	/** As `hello.lastClose.transport` names it: that of the link which carries now. */
	readonly transport: TransportName;
	/** Another greeting was written since this one's: the rooms that it asked for may not be those that are wanted. */
	readonly outdated?: boolean;
	/** Only after the first message. What cannot be sent is lost with the link, which then closes. */
	send(text: string): void;
	/** The set of rooms has changed. Over HTTP each request names them, so the one that waits is made anew; where this is absent, frames say it. */
	refresh?(): void;
	/** Something happened to the network or the page: looks at once whether all is well. What answers comes as a message. */
	wake?(): void;
	/** Lets go at once, without waiting for the other side: it may never answer. */
	close(code: number, reason: string): void;
}

export type TransportName = 'websocket' | 'event-stream' | 'long-polling';

export interface Transport {
	/** What it opens; of several, the one that is preferred. */
	readonly name: TransportName;
	/** Starts an attempt. `url` is that of the WebSocket endpoint. @throws when it is none that this transport can open. */
	open(url: string, handlers: LinkHandlers): Link;
	/** The device is in another network, perhaps: what was learned of the last one may be wrong. */
	networkChanged?(): void;
}

/** What one side sees when the other vanished without a close frame. */
export const ABNORMAL = 1006;
/** Whether a link ended, or did not come about, without a word of why. */
export const isSilent = (code: number): boolean => code === ABNORMAL || code === 1005;
/** What the server says to a link whose client has come over a later one. */
export const REPLACED = 4005;
