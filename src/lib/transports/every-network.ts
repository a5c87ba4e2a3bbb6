/** The transport that clients use by default: whatever the network lets through. */
import type { Clock } from '../clock.ts';
import { eventStreamTransport } from './event-stream.ts';
import type { Fetch } from './http-request.ts';
import { longPollingTransport } from './long-polling.ts';
import type { NetworkOptions } from './network.ts';
import { selectorTransport } from './selector.ts';
import type { Tabs } from './tabs.ts';
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
	const http = { clock, tabs: browserTabs(), ...(fetch && { fetch }) };
	return selectorTransport({
		clock,
		storage,
		webSocket: webSocketTransport(webSocket),
		fallbacks: [eventStreamTransport(http), longPollingTransport(http)],
	});
}

/** Only the tabs of a browser share an identity; elsewhere two clients of a process may be two people. */
function browserTabs(): Tabs | undefined {
	if (!globalThis.document || !globalThis.navigator?.locks || !globalThis.BroadcastChannel) return undefined;
	return {
		locks: navigator.locks,
		channel: (name) => new BroadcastChannel(name),
		putAside(aside, back) {
			window.addEventListener('pagehide', aside);
			window.addEventListener('pageshow', back);
			return () => {
				window.removeEventListener('pagehide', aside);
				window.removeEventListener('pageshow', back);
			};
		},
	};
}

/** Where it is switched off, reading the name alone throws. */
function tabStorage(): Storage | undefined {
	try {
		return globalThis.sessionStorage;
	} catch {
		return undefined;
	}
}
