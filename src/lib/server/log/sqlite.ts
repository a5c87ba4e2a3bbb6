/** The embedded log: reads on the main thread, where they take microseconds; writes in a worker, where they wait for the disk. */
import { Database } from 'bun:sqlite';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { decode } from '../rooms/estimation.ts';
import { startWorker } from '../worker.ts';
import { packEntries, unpackResults } from './batch.ts';
import { lock } from './lock.ts';
import { type Entry, frameOf, type MessageLog, NO_VIEW, type Result, type RoomView, type Stored, viewOf } from './message-log.ts';
import { configure, HEAD_OF_ROOM, migrate } from './schema.ts';
import type { Done, Task } from './writer.ts';

export interface SqliteLogOptions {
	/** Folder of the database; made when absent. */
	dataDir: string;
	/** What a room keeps: the newest `messages` (0: all) and nothing older than `days` (0: for ever). */
	retention: { messages: number; days: number };
	clock: Clock;
	/** Hears that the disk refused or took writes again. */
	onWritable?: (writable: boolean, reason: string) => void;
}

/** Messages trimmed in one transaction, and how often trimming and the search for a recovered disk run, in milliseconds. */
const TRIM_BATCH = 1_000;
const TRIM_EVERY = 60_000;
const PROBE_EVERY = 1_000;
const DAY = 86_400_000;

/** @throws Error when the database is in use by another server, or was written by a newer version. */
export async function openSqliteLog(options: SqliteLogOptions): Promise<MessageLog> {
	const { dataDir, retention, clock } = options;
	mkdirSync(dataDir, { recursive: true });
	const unlock = lock(join(dataDir, 'holdfast.lock'));
	const path = join(dataDir, 'holdfast.db');
	const { reader, writer } = await connect(path).catch((error: unknown) => {
		unlock();
		throw error;
	});

	const { epoch } = reader.query<{ epoch: string }, []>('SELECT epoch FROM log').get() ?? { epoch: '' };
	const tables = readTables(reader);
	/** What was committed since the last flush, by room: the tables do not tell it yet. */
	const recent: Recent = new Map();

	let writable = true;
	let closed: Promise<void> | undefined;
	let cancelTrim = clock.setTimeout(trimRegularly, TRIM_EVERY);
	let cancelProbe = () => {};

	function note(now: boolean, reason = '') {
		if (closed) return;
		if (!now) {
			cancelProbe();
			cancelProbe = clock.setTimeout(probe, PROBE_EVERY);
		}
		if (now === writable) return;
		writable = now;
		options.onWritable?.(now, reason);
	}
	async function ask(task: Task) {
		try {
			const done = await writer.ask(task);
			note(true);
			if (done.flushed) recent.clear();
			return done;
		} catch (error) {
			note(false, String(error));
			throw error;
		}
	}
	function probe() {
		ask({ type: 'probe' }).catch(() => {}); // `note` has already taken it down and asks again
	}
	async function trim() {
		const keep = { messages: retention.messages, before: retention.days ? clock.wall() - retention.days * DAY : 0 };
		let total = 0;
		while (!closed) {
			const { trimmed } = await ask({ type: 'trim', keep, limit: TRIM_BATCH });
			total += trimmed;
			if (trimmed < TRIM_BATCH) break;
		}
		return total;
	}
	function trimRegularly() {
		trim()
			.catch(() => 0) // `note` has already taken it down; the next round tries again
			.finally(() => {
				if (!closed) cancelTrim = clock.setTimeout(trimRegularly, TRIM_EVERY);
			});
	}

	return {
		async append(entries) {
			const done = await ask({ type: 'append', entries: packEntries(entries) });
			const results = unpackResults(done.results);
			if (!done.flushed) keep(recent, entries, results);
			return { epoch, results, views: done.views };
		},
		async read(room, from, to) {
			const flushed = tables.range(room, from, to);
			const after = flushed.at(-1)?.offset ?? 0;
			const since = (recent.get(room) ?? []).filter(({ offset }) => offset > after && offset >= from && offset <= to);
			return flushed.concat(since.map(toStored));
		},
		async head(room) {
			const { head, floor } = tables.head(room);
			return { epoch, head: recent.get(room)?.at(-1)?.offset ?? head, floor };
		},
		view: async (room) => tables.view(room),
		trim,
		get writable() {
			return writable;
		},
		sizes: () => ({ databaseBytes: bytesOf(path), walBytes: bytesOf(`${path}-wal`) }),
		close() {
			closed ??= (async () => {
				cancelTrim();
				cancelProbe();
				reader.close(false);
				await writer.ask({ type: 'close' }).finally(() => {
					writer.terminate();
					unlock();
				});
			})();
			return closed;
		},
	};
}

/** The questions that the flushed tables answer. */
function readTables(reader: Database) {
	const head = reader.query<{ head: number; floor: number }, [string]>(`${HEAD_OF_ROOM} WHERE name = ?`);
	const range = reader.query<Row, [string, number, number]>(
		`SELECT p.offset, m.body FROM places p JOIN messages m ON m.id = p.message
		 WHERE p.room = (SELECT id FROM rooms WHERE name = ?) AND p.offset BETWEEN ? AND ? ORDER BY p.offset`,
	);
	const state = reader.query<{ state: string }, [string]>(
		'SELECT state FROM estimations WHERE room = (SELECT id FROM rooms WHERE name = ?)',
	);
	return {
		view(room: string): RoomView {
			const row = state.get(room);
			return row ? viewOf(decode(row.state)) : NO_VIEW;
		},
		head: (room: string) => head.get(room) ?? { head: 0, floor: 0 },
		range: (room: string, from: number, to: number): Stored[] => range.all(room, from, to).map(toStored),
	};
}

/** Of a file that may not be there yet. */
const bytesOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

interface Row {
	offset: number;
	body: string;
}
type Recent = Map<string, Row[]>;
const toStored = ({ offset, body }: Row): Stored => ({ offset, frame: frameOf(offset, body) });

function keep(recent: Recent, entries: readonly Entry[], results: readonly Result[]) {
	results.forEach((result, index) => {
		const entry = entries[index];
		if (result.status !== 'stored' || !entry) return;
		const row = { offset: result.offset, body: result.body ?? entry.body };
		const others = recent.get(entry.room);
		if (others) others.push(row);
		else recent.set(entry.room, [row]);
	});
}

/** The two connections: ours, which reads, and the writer's. */
async function connect(path: string) {
	const reader = new Database(path);
	try {
		configure(reader);
		migrate(reader, () => Bun.randomUUIDv7('base64url'));
		const writer = startWorker<Task, Done>(new URL('./writer.ts', import.meta.url), 'the log’s writer');
		await writer.ask({ type: 'open', path });
		return { reader, writer };
	} catch (error) {
		reader.close(false);
		throw error;
	}
}
