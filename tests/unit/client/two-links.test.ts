/** A client whose transport has two links at once: what the server says to the older one is not said to the client. */
import { expect, it } from 'bun:test';
import { selectorTransport } from '../../../src/lib/transports/selector.ts';
import { ScriptedTransport } from '../../support/scripted-transport.ts';
import { setup } from './harness.ts';

const replaced = { type: 'error', code: 'replaced', class: 'replaced', message: 'connection 2 came later', fatal: true };

async function twoLinks(greetFirst: 'webSocket' | 'stream') {
	const webSocket = new ScriptedTransport('websocket');
	const stream = new ScriptedTransport('event-stream');
	const { clock, create } = setup();
	const client = create({ clock, transport: selectorTransport({ clock, webSocket, fallbacks: [stream] }) });
	client.connect();
	await clock.advance(2_500);
	const [first, second] = greetFirst === 'webSocket' ? [webSocket, stream] : [stream, webSocket];
	await first.last.greets();
	await second.last.greets();
	return { client, clock, webSocket, stream };
}

it('WebSocket slow -> HTTP greets after it -> the server says "replaced" over the WebSocket -> tries again', async () => {
	const { client, webSocket } = await twoLinks('webSocket');
	webSocket.last.says(replaced);
	webSocket.last.ends(4005, 'replaced');
	expect(client.state).toMatchObject({ name: 'disconnected', cause: { code: 1006, class: 'connection' } });
	client.close();
});

it('… over the link that greeted last -> another page took over, and this one stops', async () => {
	const { client, webSocket } = await twoLinks('stream');
	webSocket.last.says(replaced);
	webSocket.last.ends(4005, 'replaced');
	expect(client.state).toMatchObject({ name: 'closed', cause: { code: 4005, class: 'replaced' } });
	client.close();
});
