/** The worker that owns the embedded log's only writing connection: a slow disk stops this thread, never the event loop. */
import { Database } from 'bun:sqlite';
import type { Entry, Result } from './message-log.ts';
import { configure } from './schema.ts';
import { Store } from './store.ts';

/** What the main thread asks; answers come back in the same order. */
export type Task =
	| { type: 'open'; path: string }
	| { type: 'append'; entries: readonly Entry[] }
	| { type: 'trim'; keep: { messages: number; before: number }; limit: number }
	| { type: 'probe' }
	| { type: 'close' };
export type Answer = { ok: true; results: Result[]; trimmed: number } | { ok: false; error: string };

declare const self: Worker;

let database: Database | undefined;
let store: Store | undefined;

function perform(task: Task): { results?: Result[]; trimmed?: number } {
	if (task.type === 'open') {
		database = new Database(task.path);
		configure(database);
		store = new Store(database);
		return {};
	}
	if (!store || !database) throw new Error('the log is not open');
	if (task.type === 'append') return { results: store.commit(task.entries) };
	if (task.type === 'trim') return { trimmed: store.trim(task.keep, task.limit) };
	if (task.type === 'probe') store.probe();
	else {
		database.run('PRAGMA wal_checkpoint(TRUNCATE)');
		database.close(false);
		store = database = undefined;
	}
	return {};
}

self.onmessage = ({ data }: MessageEvent<Task>) => {
	let answer: Answer;
	try {
		const { results = [], trimmed = 0 } = perform(data);
		answer = { ok: true, results, trimmed };
	} catch (error) {
		answer = { ok: false, error: error instanceof Error ? error.message : String(error) };
	}
	self.postMessage(answer);
};
