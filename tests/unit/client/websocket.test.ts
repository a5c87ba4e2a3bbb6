/** The WebSocket transport on real sockets: Bun's own, and one that is handed in. */
import { afterAll, describe, expect, it } from 'bun:test';
import { WebSocket as WebSocketOfWs } from 'ws';
import { createClient } from '../../../src/lib/client/create.ts';
import type { ClientOptions } from '../../../src/lib/client/options.ts';
import type { Client, ConnectionState } from '../../../src/lib/client/types.ts';
import { serveSockets } from '../../support/socket-server.ts';
import { follow, texts } from './harness.ts';

const { server, url, stop } = serveSockets();
afterAll(() => stop());

const reaches = (client: Client, name: ConnectionState['name']) =>
	new Promise<ConnectionState>((resolve) => client.on('state', (state) => state.name === name && resolve(state)));

describe('websocket', () => {
	const runtimes: [string, ClientOptions][] = [
		['the global WebSocket', { url }],
		['a WebSocket of "ws"', { url, webSocket: (address) => new WebSocketOfWs(address) }],
		['an http address', { url: url.replace('ws:', 'http:') }],
	];
	for (const [name, options] of runtimes) {
		it(`${name}: connect -> send -> cut -> resume -> close`, async () => {
			const client = createClient({ ...options, reconnectInterval: 1 });
			const roomName = `room of ${name.replaceAll('"', '')}`;
			const room = follow(client, roomName);
			client.connect();
			await client.send(roomName, 'chat', 'one').stored;
			const lost = reaches(client, 'disconnected');
			server.last.close(1006);
			expect(await lost).toMatchObject({ cause: { code: 1006, class: 'connection' } });
			await client.send(roomName, 'chat', 'two').stored;
			expect(texts(room.messages)).toEqual(['one', 'two']);
			const closed = reaches(client, 'closed');
			server.last.close(4003, 'no');
			expect(await closed).toMatchObject({ cause: { code: 4003, class: 'forbidden' } });
		});
	}

	it('nobody listens, or no such address -> disconnected with a reason', async () => {
		const nobody = createClient({ url: 'ws://127.0.0.1:1/' });
		const lost = reaches(nobody, 'disconnected');
		nobody.connect();
		expect(await lost).toMatchObject({ cause: { reason: 'The server could not be reached.' } });
		nobody.close();
		const nowhere = createClient({ url: 'not an address' });
		const failed = reaches(nowhere, 'disconnected');
		nowhere.connect();
		expect(await failed).toMatchObject({
			cause: { class: 'connection', reason: expect.stringContaining('could not be opened') },
		});
		nowhere.close();
	});

	it('wrong options fail at once', () => {
		expect(() => createClient({ reconnectDecay: 0.5 })).toThrow('reconnectDecay: expected a number from 1 to 100, got 0.5');
		expect(() => createClient({ maxQueueSize: Number.NaN })).toThrow('maxQueueSize');
	});
});
