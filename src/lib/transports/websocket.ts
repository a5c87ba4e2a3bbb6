/** Strings over one WebSocket: the browser's, Bun's, or one that is handed in where there is none (Node 20). */
import { ABNORMAL, type Link, type LinkHandlers, type Transport } from './transport.ts';

/** The part of a WebSocket that is used. `never` lets every implementation's own event types fit. */
export interface WebSocketLike {
	onopen: ((event: never) => void) | null;
	onmessage: ((event: never) => void) | null;
	onclose: ((event: never) => void) | null;
	onerror: ((event: never) => void) | null;
	send(text: string): void;
	close(code?: number, reason?: string): void;
}

export type OpenWebSocket = (url: string) => WebSocketLike;

export const openWebSocket: OpenWebSocket = (url) => new WebSocket(url);

/** @param openSocket Node 20 has no WebSocket of its own: `(url) => new WebSocket(url)` of "ws" */
export function webSocketTransport(openSocket: OpenWebSocket = openWebSocket): Transport {
	return {
		name: 'websocket',
		open(url, handlers) {
			const address = absolute(url);
			try {
				return open(openSocket(address), handlers);
			} catch (error) {
				return neverOpened(String(error), handlers);
			}
		},
	};
}

/** Where there is no WebSocket, or the page may not open one, an attempt fails like any other: after it has begun. */
function neverOpened(reason: string, handlers: LinkHandlers): Link {
	let over = false;
	queueMicrotask(() => over || handlers.close(ABNORMAL, reason));
	return {
		transport: 'websocket',
		send() {},
		close() {
			over = true;
		},
	};
}

function open(socket: WebSocketLike, handlers: LinkHandlers): Link {
	const detach = () => {
		socket.onopen = socket.onmessage = socket.onclose = null;
	};
	socket.onopen = () => {
		handlers
			.greet()
			.then((hello) => socket.onclose && socket.send(hello()))
			.catch((error: unknown) => fail(String(error)));
	};
	socket.onmessage = ({ data }: { data: unknown }) => {
		if (typeof data === 'string') handlers.message(data);
	};
	socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
		detach();
		handlers.close(code, reason);
	};
	// Says nothing that `close` does not say, but Node's `ws` throws when nobody listens. So it stays attached to the end.
	socket.onerror = () => {};

	function fail(reason: string) {
		if (!socket.onclose) return;
		detach();
		socket.close();
		handlers.close(ABNORMAL, reason);
	}

	return {
		transport: 'websocket',
		send: (text) => socket.send(text),
		close(code, reason) {
			detach();
			// A browser throws on every other code.
			if (code === 1000 || (code >= 3000 && code < 5000)) socket.close(code, reason.slice(0, 40));
			else socket.close();
		},
	};
}

/** Older browsers take neither a relative address nor http. */
function absolute(url: string): string {
	const resolved = new URL(url, globalThis.location?.href);
	resolved.protocol = resolved.protocol.replace('http', 'ws');
	return resolved.href;
}
