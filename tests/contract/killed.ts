/** What a `kill -9` leaves of an embedded log: its files as they lie there now, without the goodbye of closing it. */
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/in-process.ts';

export function asKilled(place: string): ReturnType<typeof temporaryFolder> {
	const folder = temporaryFolder();
	for (const file of ['holdfast.db', 'holdfast.db-wal'])
		if (existsSync(join(place, file))) copyFileSync(join(place, file), join(folder.path, file));
	return folder;
}
