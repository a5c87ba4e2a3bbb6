/** The worker that changes the private rooms: a slow disk stops this thread, never the event loop. */
import { Database } from 'bun:sqlite';
import type { Answer } from '../worker.ts';
import { type Change, type Changed, Changes } from './changes.ts';
import { configure } from './schema.ts';

export type Task = { type: 'open'; path: string } | { type: 'close' } | Change;
const DONE: Changed = { outcome: 'done', room: '' };

declare const self: Worker;

let database: Database | undefined;
let changes: Changes | undefined;

function perform(task: Task): Changed {
	if (task.type === 'open') {
		database = new Database(task.path);
		configure(database);
		changes = new Changes(database);
		return DONE;
	}
	if (!changes || !database) throw new Error('the private rooms are not open');
	if (task.type !== 'close') return changes.apply(task);
	database.run('PRAGMA wal_checkpoint(TRUNCATE)');
	database.close(false);
	changes = database = undefined;
	return DONE;
}

self.onmessage = ({ data }: MessageEvent<Task>) => {
	let answer: Answer<Changed>;
	try {
		answer = { ok: true, ...perform(data) };
	} catch (error) {
		answer = { ok: false, error: error instanceof Error ? error.message : String(error) };
	}
	self.postMessage(answer);
};
