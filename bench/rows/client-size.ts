/** What the client adds to a page. */
import { join } from 'node:path';
import { makeDataDir, root } from '../servers.ts';
import { own, type Row } from './row.ts';

const kilobytes = (bytes: number) => bytes / 1_000;

export const clientSize: Row = {
	name: 'client-size',
	work: 'the client (`src/lib/client/index.ts`) for the browser, minified, gzip level 9; kB is 1000 bytes',
	peers: ['holdfast'],
	goals: [
		{ what: 'core with WebSocket (`createClient` alone)', most: 8, unit: 'kB', measured: own('coreKilobytes') },
		{ what: 'everything that the client exports', most: 12, unit: 'kB', measured: own('allKilobytes') },
	],
	illustrations: [
		{ what: "socket.io-client's own bundle of the same release", unit: 'kB', peer: 'holdfast', figure: 'socketIoKilobytes' },
	],
	async trial() {
		const index = join(root, 'src/lib/client/index.ts');
		const bundled = join(root, 'bench/node_modules/socket.io/client-dist/socket.io.esm.min.js');
		return {
			coreKilobytes: await sizeOf(`export { createClient } from ${JSON.stringify(index)};`),
			allKilobytes: await sizeOf(`export * from ${JSON.stringify(index)};`),
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
