/** The worker that owns the embedded log's only writing connection: a slow disk stops this thread, never the event loop. */
import { Database } from 'bun:sqlite';
import type { Answer } from '../worker.ts';
import { type PackedEntries, type PackedResults, packResults, unpackEntries } from './batch.ts';
import type { RoomView } from './message-log.ts';
import { configure } from './schema.ts';
import { Store } from './store.ts';

/** What the main thread asks; answers come back in the same order. */
export type Task =
	| { type: 'open'; path: string }
	| { type: 'append'; entries: PackedEntries }
	| { type: 'trim'; keep: { messages: number; before: number }; limit: number }
	| { type: 'probe' }
	| { type: 'close' };
/** `flushed`: the tables tell all there is, up to this answer. */
export interface Done {
	results: PackedResults;
	flushed: boolean;
	trimmed: number;
	views: [room: string, view: RoomView][];
}

declare const self: Worker;

let database: Database | undefined;
let store: Store | undefined;

function perform(task: Task): Partial<Done> {
	if (task.type === 'open') {
		database = new Database(task.path);
		configure(database);
		store = new Store(database);
		return {};
	}
	if (!store || !database) throw new Error('the log is not open');
	if (task.type === 'append') {
		const { results, ...rest } = store.commit(unpackEntries(task.entries));
		return { results: packResults(results), ...rest };
	}
	if (task.type === 'trim') return { trimmed: store.trim(task.keep, task.limit), flushed: true };
	if (task.type === 'probe') store.probe();
	else {
		database.run('PRAGMA wal_checkpoint(TRUNCATE)');
		database.close(false);
		store = database = undefined;
	}
	return {};
}

self.onmessage = ({ data }: MessageEvent<Task>) => {
	let answer: Answer<Done>;
	try {
		answer = { ok: true, results: [], flushed: false, trimmed: 0, views: [], ...perform(data) };
	} catch (error) {
		answer = { ok: false, error: error instanceof Error ? error.message : String(error) };
	}
	self.postMessage(answer);
};
