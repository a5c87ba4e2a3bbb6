/** The embedded log: the contract, a comparison with the model, and what only a database in a folder can go through. */
import { Database } from 'bun:sqlite';
import { afterAll, describe, expect, it } from 'bun:test';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Entry, encodeBody } from '../../src/lib/server/log/message-log.ts';
import { openSqliteLog } from '../../src/lib/server/log/sqlite.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/in-process.ts';
import { asKilled } from './killed.ts';
import { entries, entryOf, failureOf, KEEP_ALL, messageLogContract, type OpenLog, stored } from './message-log.ts';
import { retentionContract } from './message-log-retention.ts';
import { ModelLog } from './model.ts';

const open: OpenLog = ({ place, ...options }) => openSqliteLog({ dataDir: place, ...options });
messageLogContract('sqlite', open);
retentionContract('sqlite', open);

const folders: { remove(): void }[] = [];
afterAll(() => {
	for (const folder of folders) folder.remove();
});
function newPlace(): string {
	const folder = temporaryFolder();
	folders.push(folder);
	return folder.path;
}
const openAt = (place: string) => open({ place, retention: KEEP_ALL, clock: new FakeClock() });

describe('sqlite: compared with the model', () => {
	const arbitraryEntry: fc.Arbitrary<Entry> = fc
		.record({
			room: fc.constantFrom('lobby', 'other', '__proto__'),
			client: fc.constantFrom('a', 'b', 'c'),
			user: fc.constantFrom('ann', 'ann', 'ann', 'eve'),
			seq: fc.integer({ min: 1, max: 12 }),
			at: fc.integer({ min: 1, max: 2 ** 50 }),
			refuse: fc.integer({ min: 0, max: 5 }),
		})
		.map(({ refuse, ...entry }) => {
			const body = encodeBody(entry);
			return refuse > 0 ? { ...entry, body } : { ...entry, body: '', refusal: { code: 'invalid-data', message: 'no' } };
		});
	/** Runs of seqs in order with resends, as clients do: long enough to cross several blocks of 64. */
	const arbitraryRun = fc
		.record({
			room: fc.constantFrom('lobby', 'other'),
			client: fc.constantFrom('x', 'y'),
			from: fc.integer({ min: 1, max: 200 }),
			count: fc.integer({ min: 1, max: 90 }),
		})
		.map(({ from, count, ...who }) => entries(from, from + count, { ...who, refused: from % 7 === 0 }));
	const arbitraryBatch = fc.oneof(fc.array(arbitraryEntry, { maxLength: 12 }), arbitraryRun);
	const arbitrarySteps = fc.array(
		fc.oneof(
			{ weight: 9, arbitrary: arbitraryBatch },
			{ weight: 1, arbitrary: fc.constantFrom('reopen' as const, 'crash' as const) },
		),
		{ maxLength: 25 },
	);

	it('any batches, with reopening and crashes between: the same results, the same messages', async () => {
		await fc.assert(
			fc.asyncProperty(arbitrarySteps, async (steps) => {
				let folder = temporaryFolder();
				const model = new ModelLog();
				let log = await openAt(folder.path);
				try {
					for (const step of steps) {
						if (step === 'reopen' || step === 'crash') {
							const left = step === 'crash' ? asKilled(folder.path) : folder;
							await log.close();
							if (left !== folder) folder.remove();
							folder = left;
							log = await openAt(folder.path);
						} else expect((await log.append(step)).results).toEqual(model.append(step));
					}
					for (const room of ['lobby', 'other', '__proto__']) expect(await log.read(room, 1, 1e6)).toEqual(model.read(room));
				} finally {
					await log.close();
					folder.remove();
				}
			}),
			{ numRuns: 60 },
		);
	}, 30_000);
});

describe('sqlite: one database', () => {
	it('T-40 a second opening is refused with a sentence that says what to do, the first goes on', async () => {
		const place = newPlace();
		const log = await openAt(place);
		expect(await failureOf(openAt(place))).toMatch(/another server uses the database.*DATA_DIR/);
		expect((await log.append([entryOf(1)])).results).toEqual(stored(1));
		await log.close();
		const next = await openAt(place);
		expect(await next.head('lobby')).toMatchObject({ head: 1 });
		await next.close();
	});

	it('a database of a newer version is refused, and left as it is', async () => {
		const place = newPlace();
		await (await openAt(place)).close();
		const database = new Database(join(place, 'holdfast.db'));
		database.run('PRAGMA user_version = 999');
		expect(await failureOf(openAt(place))).toContain('schema 999');
		// The refusal lets go of the lock: the right version can start.
		database.run('PRAGMA user_version = 2');
		database.close();
		await (await openAt(place)).close();
	});

	it('a failing transaction leaves nothing half-stored, is told, and the same batch goes in afterwards', async () => {
		const place = newPlace();
		const clock = new FakeClock();
		const heard: boolean[] = [];
		const log = await openSqliteLog({
			dataDir: place,
			retention: KEEP_ALL,
			clock,
			onWritable: (writable) => heard.push(writable),
		});
		await log.append(entries(1, 3));
		const other = new Database(join(place, 'holdfast.db'));
		other.run("CREATE TRIGGER full BEFORE INSERT ON messages WHEN NEW.offset > 5 BEGIN SELECT RAISE(FAIL, 'disk full'); END");
		const batch = [...entries(4, 8), ...entries(1, 2, { room: 'new', client: 'new' })];
		expect(await failureOf(log.append(batch))).toContain('disk full');
		expect(await log.head('lobby')).toMatchObject({ head: 3 });
		expect(await log.read('lobby', 1, 99)).toHaveLength(3);
		expect(await log.head('new')).toMatchObject({ head: 0 });
		other.run('DROP TRIGGER full');
		other.close();
		expect((await log.append(batch)).results).toEqual(stored(4, 5, 6, 7, 8, 1, 2));
		expect(log.writable).toBe(true);
		expect(heard).toEqual([false, true]);
		await log.close();
	});
});
