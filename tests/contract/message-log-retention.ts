/** What every `MessageLog` promises of what it forgets: by count, by age, and of the seqs that may still be resent. */
import { afterEach, describe, expect, it } from 'bun:test';
import type { MessageLog } from '../../src/lib/server/log/message-log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/in-process.ts';
import { DAY, entries, entryOf, type OpenLog, stored } from './message-log.ts';

export function retentionContract(name: string, openLog: OpenLog) {
	const closing: (() => Promise<void> | void)[] = [];
	afterEach(async () => {
		for (const close of closing.splice(0).reverse()) await close();
	});
	async function open(messages: number, days: number, clock = new FakeClock(), folder = temporaryFolder()): Promise<MessageLog> {
		const log = await openLog({ place: folder.path, retention: { messages, days }, clock });
		closing.push(folder.remove, () => log.close());
		return log;
	}
	const offsets = async (log: MessageLog, room = 'lobby') => (await log.read(room, 1, 1e9)).map(({ offset }) => offset);

	describe(`${name}: retention`, () => {
		it('by count: the newest stay, floor says what went, offsets go on', async () => {
			const log = await open(100, 0);
			await log.append([...entries(1, 250), ...entries(1, 50, { room: 'small' })]);
			expect(await log.trim()).toBe(150);
			expect(await log.head('lobby')).toMatchObject({ head: 250, floor: 150 });
			expect((await offsets(log))[0]).toBe(151);
			expect(await offsets(log)).toHaveLength(100);
			expect(await log.head('small')).toMatchObject({ head: 50, floor: 0 });
			expect((await log.append([entryOf(251)])).results).toEqual(stored(251));
			expect(await log.trim()).toBe(0);
		});

		it('by count: more than one transaction of trimming goes as well', async () => {
			const log = await open(100, 0);
			for (let batch = 0; batch < 5; batch++) await log.append(entries(batch * 700 + 1, batch * 700 + 700));
			const gone = await log.trim();
			const { head, floor } = await log.head('lobby');
			expect(floor).toBe(gone);
			// A tenth over the count is left to the next time.
			expect(head - floor).toBeWithin(100, 111);
			expect(await offsets(log)).toHaveLength(head - floor);
		});

		it('by age: what is older goes, also in a room that is silent', async () => {
			const clock = new FakeClock();
			const log = await open(0, 2, clock);
			const at = clock.wall();
			await log.append([...entries(1, 3, { at }), ...entries(1, 2, { room: 'silent', at })]);
			await clock.advance(1.5 * DAY);
			await log.append(entries(4, 5, { at: clock.wall() }));
			expect(await log.trim()).toBe(0);
			await clock.advance(DAY);
			await log.trim();
			expect(await log.head('lobby')).toMatchObject({ head: 5, floor: 3 });
			expect(await offsets(log)).toEqual([4, 5]);
			expect(await log.head('silent')).toMatchObject({ head: 2, floor: 2 });
			expect((await log.append([entryOf(3, { room: 'silent' })])).results).toEqual(stored(3));
		});

		it('0 keeps everything', async () => {
			const clock = new FakeClock();
			const log = await open(0, 0, clock);
			await log.append(entries(1, 300));
			await clock.advance(1_000 * DAY);
			expect(await log.trim()).toBe(0);
			expect(await offsets(log)).toHaveLength(300);
		});

		it('a trimmed seq among its sender’s last 64 is still a duplicate with its offset; an older one is never stored again', async () => {
			const log = await open(5, 0);
			await log.append(entries(1, 100, { at: 7_000 }));
			await log.append(entries(1, 30, { client: 'other' }));
			await log.trim();
			expect(await log.head('lobby')).toMatchObject({ head: 130, floor: 125 });
			const [...resent] = (await log.append(entries(37, 100))).results;
			expect(resent).toEqual(entries(37, 100).map(({ seq }) => ({ status: 'duplicate', offset: seq, at: 7_000 })));
			expect((await log.append([entryOf(12)])).results).toEqual([{ status: 'out-of-order', expected: 101 }]);
			expect((await log.append([entryOf(101)])).results).toEqual(stored(131));
			expect(await log.head('lobby')).toMatchObject({ head: 131 });
		});

		it('duplicates are found across the border of what was trimmed, and after opening again', async () => {
			const folder = temporaryFolder();
			const log = await open(20, 0, new FakeClock(), folder);
			await log.append(entries(1, 200));
			await log.trim();
			await log.close();
			const again = await open(20, 0, new FakeClock(), folder);
			const { results } = await again.append(entries(137, 200));
			expect(results).toEqual(entries(137, 200).map(({ seq }) => ({ status: 'duplicate', offset: seq, at: 1_000 })));
			expect((await again.append([entryOf(201)])).results).toEqual(stored(201));
		});
	});
}
