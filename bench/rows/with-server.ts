/** A server for the length of one trial, on a data folder of its own. */
import { makeDataDir, type PeerName, type Running, start } from '../servers.ts';

export async function withServer<Result>(
	peer: PeerName,
	use: (server: Running, dataDir: string) => Promise<Result>,
): Promise<Result> {
	const { dir, remove } = makeDataDir();
	try {
		const server = await start(peer, dir);
		try {
			return await use(server, dir);
		} finally {
			await server.kill();
		}
	} finally {
		remove();
	}
}
