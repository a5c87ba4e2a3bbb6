/** The transport that clients use by default: whatever the network lets through. */
import type { Clock } from '../clock.ts';
import { eventStreamTransport } from './event-stream.ts';
import type { Fetch } from './http-request.ts';
import { longPollingTransport } from './long-polling.ts';
import type { NetworkOptions } from './network.ts';
import { selectorTransport } from './selector.ts';
import type { Transport } from './transport.ts';
import { type OpenWebSocket, webSocketTransport } from './websocket.ts';

export interface EveryNetworkOptions {
	clock: Clock;
	webSocket?: OpenWebSocket | undefined;
	fetch?: Fetch | undefined;
	/** Remembers, for this tab, that a network blocks WebSocket. @default the browser's sessionStorage */
	storage?: NetworkOptions['storage'];
}

export function everyNetworkTransport({ clock, webSocket, fetch, storage = tabStorage() }: EveryNetworkOptions): Transport {
	const http = { clock, ...(fetch && { fetch }) };
	return selectorTransport({
		clock,
		storage,
		webSocket: webSocketTransport(webSocket),
		fallbacks: [eventStreamTransport(http), longPollingTransport(http)],
	});
}

/** Where it is switched off, reading the name alone throws. */
function tabStorage(): Storage | undefined {
	try {
		return globalThis.sessionStorage;
	} catch {
		return undefined;
	}
}
