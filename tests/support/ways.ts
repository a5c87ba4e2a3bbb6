/** Every way that a client can be carried, with the identity it needs outside a browser: for tests that hold over each. */
import { WebSocket } from 'ws';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { eventStreamTransport } from '../../src/lib/transports/event-stream.ts';
import type { Fetch } from '../../src/lib/transports/http-request.ts';
import { longPollingTransport } from '../../src/lib/transports/long-polling.ts';
import { selectorTransport } from '../../src/lib/transports/selector.ts';
import type { Transport, TransportName } from '../../src/lib/transports/transport.ts';
import { webSocketTransport } from '../../src/lib/transports/websocket.ts';

export interface Identity {
	/** Sent along with each request. */
	headers?: Record<string, string>;
	clock?: Clock;
}

export interface Way {
	title: string;
	/** What carries in the end. */
	carries: TransportName;
	/** The network lets no WebSocket through. */
	blocked: boolean;
	open(identity?: Identity): Transport;
}

/** A transport by its name, whose requests carry these headers. */
export function singleTransport(name: TransportName, { headers = {}, clock = systemClock }: Identity = {}): Transport {
	const fetchAs: Fetch = (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } });
	const http = { clock, fetch: fetchAs };
	if (name === 'event-stream') return eventStreamTransport(http);
	if (name === 'long-polling') return longPollingTransport(http);
	return webSocketTransport((address) => new WebSocket(address, { headers }));
}

const selector = (identity: Identity = {}) =>
	selectorTransport({
		clock: identity.clock ?? systemClock,
		webSocket: singleTransport('websocket', identity),
		fallbacks: [singleTransport('event-stream', identity), singleTransport('long-polling', identity)],
	});
const single = (name: TransportName): Way => ({
	title: name,
	carries: name,
	blocked: false,
	open: (identity) => singleTransport(name, identity),
});

export const ways: readonly Way[] = [
	single('websocket'),
	single('event-stream'),
	single('long-polling'),
	{ title: 'the selector', carries: 'websocket', blocked: false, open: selector },
	{ title: 'the selector without WebSocket', carries: 'event-stream', blocked: true, open: selector },
];
