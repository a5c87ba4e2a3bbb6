/** What carries opaque strings between a client and a server. A transport knows nothing of frames, rooms or retries. */

/** Called by a link. After `close`, and after the link's own `close()`, none of them is called again. */
export interface LinkHandlers {
	open(): void;
	message(text: string): void;
	/** `code` is a WebSocket close code; 1006 when the other side vanished without one. */
	close(code: number, reason: string): void;
}

/** One connection, from the attempt to open it until it is gone. */
export interface Link {
	readonly connectionType: 'websocket' | 'http';
	/** Only after `open`. What cannot be sent is lost with the link, which then closes. */
	send(text: string): void;
	/** Lets go at once, without waiting for the other side: it may never answer. */
	close(code: number, reason: string): void;
}

export interface Transport {
	/** As `hello.lastClose.transport` names it. */
	readonly name: string;
	/** Starts an attempt. @throws when `url` is none that this transport can open. */
	open(url: string, handlers: LinkHandlers): Link;
}
