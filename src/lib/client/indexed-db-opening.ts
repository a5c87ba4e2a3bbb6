/** Opens the database, or gives up: an older tab that does not close it must not keep this one from connecting. */
import type { Cancel } from '../clock.ts';
import { openDatabase } from './indexed-db-database.ts';
import type { TabHost } from './indexed-db-host.ts';

/** In milliseconds. */
const OPENING = 3_000;

/** One that opens too late is closed again. */
export async function openInTime({ clock, indexedDB }: TabHost, closed: (why: Error) => void) {
	const opening = openDatabase(indexedDB, closed);
	let cancel: Cancel = () => {};
	const late = new Promise<never>((_, reject) => {
		cancel = clock.setTimeout(() => reject(new Error('the database did not open in time')), OPENING);
	});
	try {
		return await Promise.race([opening, late]);
	} catch (error) {
		opening.then(
			({ close }) => close(),
			() => {}, // It has failed by itself: that is the error at hand.
		);
		throw error;
	} finally {
		cancel();
	}
}
