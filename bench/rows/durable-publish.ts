/** How long one sender waits for an ack, against what a commit takes on the same disk. */
import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { crowd, gather } from '../load/crowd.ts';
import type { Link } from '../load/link.ts';
import { payload } from '../load/link.ts';
import { quantile } from '../statistics.ts';
import { own, type Row } from './row.ts';
import { withServer } from './with-server.ts';

export const durablePublish: Row = {
	name: 'durable-publish',
	work: 'one room, one sender, one message at a time; a commit is a transaction of one row in SQLite (WAL, synchronous FULL), measured before and after in the same folder',
	peers: ['holdfast'],
	goals: [{ what: 'ack p50, × commit p50', most: 2, measured: own('ratio') }],
	illustrations: [
		{ what: 'ack p50', unit: 'ms', peer: 'holdfast', figure: 'ackP50' },
		{ what: 'ack p95', unit: 'ms', peer: 'holdfast', figure: 'ackP95' },
		{ what: 'commit p50', unit: 'ms', peer: 'holdfast', figure: 'commitP50' },
		{ what: 'commit p95', unit: 'ms', peer: 'holdfast', figure: 'commitP95' },
	],
	trial: (peer, { durationMs, warmUpMs }) =>
		withServer(peer, async (server, dataDir) => {
			const [link] = await gather(server.connect, server, crowd(1, { roomSize: 1 }));
			if (!link) throw new Error('nobody joined');
			await roundTrips(link, warmUpMs);
			const commits = commitTimes(join(dataDir, 'commits-before.db'), durationMs / 2);
			const acks = await roundTrips(link, durationMs);
			commits.push(...commitTimes(join(dataDir, 'commits-after.db'), durationMs / 2));
			return {
				ratio: quantile(acks, 0.5) / quantile(commits, 0.5),
				ackP50: quantile(acks, 0.5),
				ackP95: quantile(acks, 0.95),
				commitP50: quantile(commits, 0.5),
				commitP95: quantile(commits, 0.95),
				acks: acks.length,
				commits: commits.length,
			};
		}),
};

/** Milliseconds from each send to its ack, the next send following the ack. */
async function roundTrips(link: Link, durationMs: number): Promise<number[]> {
	const took: number[] = [];
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	const deadline = performance.now() + durationMs;
	let sentAt = performance.now();
	link.onClosed = (code) => reject(new Error(`the connection ended with ${code}`));
	link.onAcked = () => {
		const now = performance.now();
		took.push(now - sentAt);
		if (now >= deadline) return resolve();
		sentAt = performance.now();
		link.publish(1);
	};
	link.publish(1);
	await promise;
	return took;
}

/** Milliseconds of each commit of one row. */
function commitTimes(path: string, durationMs: number): number[] {
	const database = new Database(path);
	database.run('PRAGMA journal_mode = WAL');
	database.run('PRAGMA synchronous = FULL');
	database.run('CREATE TABLE messages (offset INTEGER PRIMARY KEY, body TEXT NOT NULL)');
	const insert = database.query('INSERT INTO messages (body) VALUES (?)');
	const took: number[] = [];
	const deadline = performance.now() + durationMs;
	for (let began = performance.now(); began < deadline; began = performance.now()) {
		insert.run(payload);
		took.push(performance.now() - began);
	}
	database.close();
	return took;
}
