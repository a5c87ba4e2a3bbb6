/** The embedded log after a crash, wherever it comes: before, at and after the moment when the index is written. */
import { describe, expect, it } from 'bun:test';
import type { Entry, MessageLog } from '../../src/lib/server/log/message-log.ts';
import { openSqliteLog } from '../../src/lib/server/log/sqlite.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/in-process.ts';
import { asKilled } from './killed.ts';
import { entries, entryOf, KEEP_ALL } from './message-log.ts';
import { ModelLog } from './model.ts';

const open = (dataDir: string, messages = 0) =>
	openSqliteLog({ dataDir, retention: { ...KEEP_ALL, messages }, clock: new FakeClock() });
const rooms = ['lobby', 'other', 'third'];

/** Compares all there is, then asks for seqs of every age again, and goes on. */
async function compare(log: MessageLog, model: ModelLog, next: (room: string) => number) {
	for (const room of rooms) {
		const wanted = model.read(room);
		expect(await log.head(room)).toMatchObject({ head: wanted.length, floor: 0 });
		expect((await log.read(room, 1, 1e6)).map(({ frame }) => frame)).toEqual(wanted.map(({ frame }) => frame));
		const last = next(room) - 1;
		const again = [1, 2, 63, 64, 65, last - 128, last - 64, last - 63, last - 1, last].filter((seq) => seq >= 1 && seq <= last);
		const batch = [
			...again.map((seq) => entryOf(seq, { room })),
			entryOf(last + 1, { room, user: 'eve' }),
			entryOf(last + 2, { room }),
		];
		expect((await log.append(batch)).results).toEqual(model.append(batch));
	}
}

describe('sqlite: a crash', () => {
	it.each([4, 30])(
		'amid 20 000 messages, after every %d batches: nothing acked is missing, nothing is stored twice',
		async (every) => {
			let folder = temporaryFolder();
			let log = await open(folder.path);
			const model = new ModelLog();
			const seqs = new Map(rooms.map((room) => [room, 1]));
			const next = (room: string) => seqs.get(room) ?? 1;
			for (let step = 0; step < 60; step++) {
				const batch: Entry[] = rooms.flatMap((room, index) => {
					const from = next(room);
					const to = from + 40 * (index + 1) + step;
					seqs.set(room, to + 1);
					return [...entries(from, to - 1, { room }), entryOf(to, { room, refused: step % 3 === index })];
				});
				expect((await log.append(batch)).results).toEqual(model.append(batch));
				if (step % every !== every - 1) continue;
				const left = asKilled(folder.path);
				await log.close();
				folder.remove();
				folder = left;
				log = await open(folder.path);
				await compare(log, model, next);
			}
			await log.close();
			folder.remove();
		},
		40_000,
	);

	it('after trimming: the floor, and what may be sent again, are as they were', async () => {
		const folder = temporaryFolder();
		const log = await open(folder.path, 100);
		await log.append(entries(1, 400));
		expect(await log.trim()).toBe(300);
		await log.append(entries(401, 450));
		const before = { head: await log.head('lobby'), messages: await log.read('lobby', 1, 1e6) };
		const left = asKilled(folder.path);
		await log.close();
		const again = await open(left.path, 100);
		expect({ head: await again.head('lobby'), messages: await again.read('lobby', 1, 1e6) }).toEqual(before);
		const { results } = await again.append(entries(387, 451));
		expect(results).toEqual([
			...entries(387, 450).map(({ seq }) => ({ status: 'duplicate' as const, offset: seq, at: 1_000 })),
			{ status: 'stored', offset: 451 },
		]);
		await again.close();
		for (const each of [folder, left]) each.remove();
	});
});
