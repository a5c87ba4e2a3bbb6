/** The embedded log with a hand on it: each call can be held, made to fail, or answered wrongly. */
import { systemClock } from '../../src/lib/clock.ts';
import type { MessageLog } from '../../src/lib/server/log/message-log.ts';
import { openSqliteLog } from '../../src/lib/server/log/sqlite.ts';

export interface FaultyLog extends MessageLog {
	/** Runs before a call: throws, rejects, or holds it until its promise resolves. */
	before: { append?: () => unknown; read?: (room: string) => unknown; head?: (room: string) => unknown };
	/** Runs between a commit and its answer. */
	after: { append?: () => unknown };
	/** Added to every offset that `append` answers: a log that has lost count. */
	shift: number;
	/** An offset that `read` does not find, as after damage to the file. 0: none. */
	lacks: number;
	/** Batches that were appended. */
	batches: number;
}

export async function openFaultyLog(dataDir: string): Promise<FaultyLog> {
	const log = await openSqliteLog({ dataDir, retention: { messages: 0, days: 0 }, clock: systemClock });
	const faulty: FaultyLog = {
		before: {},
		after: {},
		shift: 0,
		lacks: 0,
		batches: 0,
		// Not async: what `before` throws is thrown at the caller, as a log with a bug would.
		append(entries) {
			const held = faulty.before.append?.();
			faulty.batches += 1;
			return Promise.resolve(held)
				.then(() => log.append(entries))
				.then(async (answer) => {
					await faulty.after.append?.();
					return answer;
				})
				.then(({ results, ...rest }) => ({
					...rest,
					results: results.map((result) =>
						result.status === 'stored' ? { ...result, offset: result.offset + faulty.shift } : result,
					),
				}));
		},
		read(room, from, to) {
			const held = faulty.before.read?.(room);
			return Promise.resolve(held)
				.then(() => log.read(room, from, to))
				.then((stored) => stored.filter(({ offset }) => offset !== faulty.lacks));
		},
		head(room) {
			const held = faulty.before.head?.(room);
			return Promise.resolve(held).then(() => log.head(room));
		},
		view: (room) => log.view(room),
		trim: () => log.trim(),
		get writable() {
			return log.writable;
		},
		sizes: () => log.sizes(),
		close: () => log.close(),
	};
	return faulty;
}

/** A promise that is resolved from outside. */
export function gate(): { opened: Promise<void>; open: () => void } {
	let open = () => {};
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	return { opened, open };
}
