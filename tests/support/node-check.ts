/** `bun tests/support/node-check.ts`: bundles the client for Node and runs it there with a WebSocket of "ws" against a real port. */
import { join } from 'node:path';
import { serveSockets } from './socket-server.ts';

const program = (url: string) => `
import { WebSocket } from 'ws';
import { createClient } from './index.js';
const client = createClient({ url: '${url}', webSocket: (address) => new WebSocket(address), reconnectInterval: 1 });
const seen = [];
client.subscribe('lobby', { message: ({ data }) => seen.push(data) });
client.connect();
await client.send('lobby', 'chat', 'one').stored;
process.send('cut');
await new Promise((resolve) => client.on('state', (state) => state.name === 'connected' && resolve()));
await client.send('lobby', 'chat', 'two').stored;
client.close();
console.log(process.version, typeof globalThis.WebSocket, JSON.stringify(seen));
process.disconnect();
`;

const { server, url, stop } = serveSockets();
const root = join(import.meta.dir, '../..');
const folder = join(root, 'node_modules/.cache/node-check');
const built = await Bun.build({ entrypoints: [join(root, 'src/lib/client/index.ts')], target: 'node', outdir: folder });
if (!built.success) throw new AggregateError(built.logs, 'the client could not be bundled');
await Bun.write(join(folder, 'check.mjs'), program(url));
const node = Bun.spawn(['node', join(folder, 'check.mjs')], {
	stdio: ['ignore', 'inherit', 'inherit'],
	ipc: () => server.last.close(1006),
	serialization: 'json',
});
process.exitCode = await node.exited;
stop();
