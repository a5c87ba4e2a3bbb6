/** The client alone, for pages that count kilobytes: it carries the one transport that it is given. Else see `index.ts`. */
export { webSocketTransport } from '../transports/websocket.ts';
export { createClient } from './client.ts';
