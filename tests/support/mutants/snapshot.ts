/**
 * The mutant `early-ack`: it acknowledges before the disk has it. What a crash leaves of such a server is an older state of
 * its database, so this one copies the database now and then, and starts from the last copy unless it was stopped in order.
 */
import { Database } from 'bun:sqlite';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const COPY_EVERY = 400;

/** Call before the log is opened: a crash takes away what the last copy lacks. */
export function loseWhatIsNotOnDisk(dataDir: string) {
	const copy = join(dataDir, 'copy.db');
	if (!existsSync(copy)) return;
	for (const suffix of ['-wal', '-shm']) rmSync(join(dataDir, `holdfast.db${suffix}`), { force: true });
	renameSync(copy, join(dataDir, 'holdfast.db'));
}

/** Copies the database until the returned function is called, which also makes the end an orderly one. */
export function copyNowAndThen(dataDir: string): () => void {
	const copy = join(dataDir, 'copy.db');
	const timer = setInterval(() => {
		const next = join(dataDir, 'next.db');
		const database = new Database(join(dataDir, 'holdfast.db'), { readonly: true });
		try {
			rmSync(next, { force: true });
			database.query('VACUUM INTO ?').run(next);
			renameSync(next, copy);
		} finally {
			database.close(false);
		}
	}, COPY_EVERY);
	return () => {
		clearInterval(timer);
		rmSync(copy, { force: true });
	};
}
