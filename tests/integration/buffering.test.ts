/** A real nginx that takes WebSockets away and collects answers besides: the event stream is given up for long-polling. */
import { expect, it } from 'bun:test';
import { WebSocket } from 'ws';
import { createClient } from '../../src/lib/client/index.ts';
import type { Fetch } from '../../src/lib/transports/http-request.ts';
import { startInProcess } from '../support/in-process.ts';
import { nginxBuffering, nginxWithoutUpgrade, startNginx } from '../support/nginx.ts';
import { until } from '../support/until.ts';

it('no upgrades and buffered answers -> long-polling; with the settings of the docs -> an event stream', async () => {
	const server = await startInProcess();
	const [cookie, port] = [await server.cookie('Ann'), Number(new URL(server.url).port)];
	const fetchAs: Fetch = (url, init) => fetch(url, { ...init, headers: { ...init.headers, cookie } });
	try {
		for (const [changes, transport] of [
			[{ ...nginxWithoutUpgrade, ...nginxBuffering }, 'long-polling'],
			[nginxWithoutUpgrade, 'event-stream'],
		] as const) {
			const nginx = await startNginx({ upstreamPort: port, changes });
			const client = createClient({
				url: `${nginx.url}/api/websocket`,
				webSocket: (url) => new WebSocket(url, { headers: { cookie } }),
				fetch: fetchAs,
				logger: { debug() {}, error() {} },
			});
			const texts: string[] = [];
			client.subscribe('lobby', { message: ({ data }) => void texts.push(String(Object(data).text)) });
			client.connect();
			await client.send('lobby', 'chat', { text: `over ${transport}` }).stored;
			await until(() => texts.includes(`over ${transport}`));
			expect(client.state).toMatchObject({ name: 'connected', transport });
			client.close();
			await nginx.close();
		}
	} finally {
		await server.close();
	}
}, 30_000);
