/** What the client adds to a page. */
import { join } from 'node:path';
import { makeDataDir, root } from '../servers.ts';
import { own, type Row } from './row.ts';

const kilobytes = (bytes: number) => bytes / 1_000;

export const clientSize: Row = {
	name: 'client-size',
	work: 'the client for the browser, minified, gzip level 9; kB is 1000 bytes',
	peers: ['holdfast'],
	goals: [
		{ what: 'core with WebSocket (all of `client/core.ts`)', most: 8, unit: 'kB', measured: own('coreKilobytes') },
		{
			what: 'with all transports and the outbox that outlives its tab (`createClient` and `createIndexedDbOutboxStore` of `client/index.ts`)',
			most: 12,
			unit: 'kB',
			measured: own('allKilobytes'),
		},
	],
	illustrations: [
		{ what: "socket.io-client's own bundle of the same release", unit: 'kB', peer: 'holdfast', figure: 'socketIoKilobytes' },
	],
	async trial() {
		const at = (name: string) => JSON.stringify(join(root, 'src/lib/client', name));
		const bundled = join(root, 'bench/node_modules/socket.io/client-dist/socket.io.esm.min.js');
		return {
			coreKilobytes: await sizeOf(`export * from ${at('core.ts')};`),
			allKilobytes: await sizeOf(`export { createClient, createIndexedDbOutboxStore } from ${at('index.ts')};`),
			socketIoKilobytes: kilobytes(Bun.gzipSync(await Bun.file(bundled).bytes(), { level: 9 }).length),
		};
	},
};

async function sizeOf(source: string): Promise<number> {
	const { dir, remove } = makeDataDir();
	try {
		const entry = join(dir, 'entry.ts');
		await Bun.write(entry, source);
		const { outputs, logs } = await Bun.build({ entrypoints: [entry], minify: true, target: 'browser', format: 'esm' });
		const [output] = outputs;
		if (!output) throw new Error(`no bundle: ${logs.join('\n')}`);
		return kilobytes(Bun.gzipSync(await output.arrayBuffer(), { level: 9 }).length);
	} finally {
		remove();
	}
}
