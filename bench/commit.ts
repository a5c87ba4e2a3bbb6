/** Where the commit runs: in the event loop, or in a worker as the product does it. `bun bench/commit.ts`, a minute in all. */
import { Database } from 'bun:sqlite';
import { mkdirSync, rmSync } from 'node:fs';
import { systemClock } from '../src/lib/clock.ts';
import { type Entry, encodeBody } from '../src/lib/server/log/message-log.ts';
import { configure, migrate } from '../src/lib/server/log/schema.ts';
import { openSqliteLog } from '../src/lib/server/log/sqlite.ts';
import { Store } from '../src/lib/server/log/store.ts';
import { payload } from './load/link.ts';
import { median } from './statistics.ts';

const DATA_DIR = new URL('./data/commit', import.meta.url).pathname;
const WARM_UP_MS = 700;
const DURATION_MS = 1_500;

interface Committer {
	commit(entries: Entry[]): unknown;
	close(): unknown;
}

function inLoop(): Committer {
	const database = new Database(`${DATA_DIR}/holdfast.db`);
	configure(database);
	migrate(database, () => 'bench');
	const store = new Store(database);
	return { commit: (entries) => store.commit(entries), close: () => database.close() };
}

async function inWorker(): Promise<Committer> {
	const log = await openSqliteLog({ dataDir: DATA_DIR, retention: { messages: 0, days: 0 }, clock: systemClock });
	return { commit: (entries) => log.append(entries), close: () => log.close() };
}

/** Messages of 1 000 clients in 250 rooms, each with its next seq. */
function createSource() {
	const seqs: number[] = [];
	let turn = 0;
	return (count: number): Entry[] =>
		Array.from({ length: count }, () => {
			const index = turn++ % 1_000;
			const seq = (seqs[index] ?? 0) + 1;
			seqs[index] = seq;
			const message = { room: `room-${index % 250}`, client: `client-${index}`, seq, at: 1_763_600_000_000 };
			const user = { id: `user-${index}`, name: 'Member' };
			return { ...message, user: user.id, body: encodeBody({ ...message, user, kind: 'chat', data: { text: payload } }) };
		});
}

async function measure({ commit }: Committer, next: () => Entry[], durationMs: number) {
	const times: number[] = [];
	let messages = 0;
	const cpu = process.cpuUsage();
	const began = performance.now();
	while (performance.now() - began < durationMs) {
		const entries = next();
		const start = performance.now();
		await commit(entries);
		times.push(performance.now() - start);
		messages += entries.length;
	}
	const { user, system } = process.cpuUsage(cpu);
	return { p50: median(times), rate: messages / ((performance.now() - began) / 1_000), cpu: (user + system) / messages };
}

console.log('| messages a commit | where | commit p50 | messages/s | CPU a message |\n|---|---|---|---|---|');
for (const count of [1, 16, 64, 256])
	for (const [where, open] of [['loop', inLoop] as const, ['worker', inWorker] as const]) {
		rmSync(DATA_DIR, { recursive: true, force: true });
		mkdirSync(DATA_DIR, { recursive: true });
		const committer = await open();
		const source = createSource();
		const next = () => source(count);
		await measure(committer, next, WARM_UP_MS);
		const { p50, rate, cpu } = await measure(committer, next, DURATION_MS);
		console.log(`| ${count} | ${where} | ${p50.toFixed(2)} ms | ${Math.round(rate)} | ${cpu.toFixed(1)} µs |`);
		await committer.close();
	}
rmSync(DATA_DIR, { recursive: true, force: true });
process.exit();
