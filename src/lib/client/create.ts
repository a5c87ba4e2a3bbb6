/** The client with its default: whatever transport the network lets through. */
import { systemClock } from '../clock.ts';
import { everyNetworkTransport } from '../transports/every-network.ts';
import { openWebSocket, webSocketTransport } from '../transports/websocket.ts';
import { createClient as createCore } from './client.ts';
import type { ClientOptions } from './options.ts';
import type { Client } from './types.ts';

/**
 * A client that is `idle` until `connect()`; messages and subscriptions are taken before.
 * @throws RealtimeError `invalid-option`
 */
export function createClient(given: ClientOptions = {}): Client {
	const { transport, webSocket, fetch, clock = systemClock } = given;
	if (transport) return createCore({ ...given, transport });
	const chosen = webSocket && !fetch ? webSocketTransport(webSocket) : everyNetworkTransport({ clock, webSocket, fetch });
	return createCore({ ...given, transport: chosen, webSocket: webSocket ?? openWebSocket });
}
