/** What every `MessageLog` promises, whatever keeps it: one suite, run for each of them. */
import { afterEach, describe, expect, it } from 'bun:test';
import { type Entry, encodeBody, type MessageLog, type Result } from '../../src/lib/server/log/message-log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/in-process.ts';

export interface LogOptions {
	/** Where it keeps things: opened twice in a row it finds them again. */
	place: string;
	retention: { messages: number; days: number };
	clock: FakeClock;
}
export type OpenLog = (options: LogOptions) => Promise<MessageLog>;

export const DAY = 86_400_000;
export const KEEP_ALL = { messages: 0, days: 0 };

/** An entry with a body that names it, so that what is read can be told apart. */
export function entryOf(seq: number, { room = 'lobby', client = 'tab', user = 'ann', at = 1_000, refused = false } = {}): Entry {
	const entry = { room, client, seq, user, at, body: encodeBody({ room, client, seq, at }) };
	return refused ? { ...entry, body: '', refusal: { code: 'invalid-data', message: `no ${seq}` } } : entry;
}
export const entries = (from: number, to: number, more: Parameters<typeof entryOf>[1] = {}): Entry[] =>
	Array.from({ length: to - from + 1 }, (_, index) => entryOf(from + index, more));
export const stored = (...offsets: number[]): Result[] => offsets.map((offset) => ({ status: 'stored', offset }));

/** How a promise fails. The runner's own `rejects` blocks the event loop that a worker's answer comes through. */
export const failureOf = (promise: Promise<unknown>): Promise<string> =>
	promise.then(
		() => 'it did not fail',
		(error: unknown) => String(error),
	);

export function messageLogContract(name: string, openLog: OpenLog) {
	const closing: (() => Promise<void> | void)[] = [];
	afterEach(async () => {
		for (const close of closing.splice(0).reverse()) await close();
	});

	function place(): string {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		return folder.path;
	}
	async function open(options: Partial<LogOptions> = {}): Promise<MessageLog> {
		const log = await openLog({ place: options.place ?? place(), retention: KEEP_ALL, clock: new FakeClock(), ...options });
		closing.push(() => log.close());
		return log;
	}
	const results = async (log: MessageLog, ...batch: Entry[]) => (await log.append(batch)).results;

	describe(`${name}: appending`, () => {
		it('numbers each room from 1, densely, over batches', async () => {
			const log = await open();
			expect(await results(log, ...entries(1, 3))).toEqual(stored(1, 2, 3));
			expect(await results(log, entryOf(1, { room: 'other' }), entryOf(4), entryOf(2, { room: 'other' }))).toEqual(
				stored(1, 4, 2),
			);
			expect(await log.head('lobby')).toMatchObject({ head: 4, floor: 0 });
			expect(await log.head('other')).toMatchObject({ head: 2, floor: 0 });
		});

		it('answers with the epoch that head names, the same for every room', async () => {
			const log = await open();
			const { epoch } = await log.append([entryOf(1)]);
			expect(epoch).not.toBe('');
			expect(await log.head('lobby')).toMatchObject({ epoch });
			expect(await log.head('nobody-wrote')).toEqual({ epoch, head: 0, floor: 0 });
		});

		it('an empty batch changes nothing', async () => {
			const log = await open();
			expect(await results(log)).toEqual([]);
			expect(await results(log, entryOf(1))).toEqual(stored(1));
		});

		it('counts seqs for each client and room on its own', async () => {
			const log = await open();
			const batch = [
				entryOf(1, { client: 'a' }),
				entryOf(1, { client: 'b' }),
				entryOf(2, { client: 'a' }),
				entryOf(2, { client: 'b' }),
			];
			expect(await results(log, ...batch)).toEqual(stored(1, 2, 3, 4));
			expect(await results(log, entryOf(1, { client: 'a', room: 'other' }))).toEqual(stored(1));
		});

		it('a resent seq is a duplicate with its first offset and time, whatever it says now', async () => {
			const log = await open();
			await log.append(entries(1, 3, { at: 5_000 }));
			const again = { ...entryOf(2, { at: 9_000 }), body: encodeBody({ other: 'text' }) };
			expect(await results(log, again)).toEqual([{ status: 'duplicate', offset: 2, at: 5_000 }]);
			expect(await log.read('lobby', 1, 9)).toHaveLength(3);
		});

		it('a seq twice in one batch is stored once', async () => {
			const log = await open();
			expect(await results(log, entryOf(1), entryOf(1), entryOf(2))).toEqual([
				...stored(1),
				{ status: 'duplicate', offset: 1, at: 1_000 },
				...stored(2),
			]);
		});

		it('a resent seq of long ago still names its own offset', async () => {
			const log = await open();
			for (let block = 0; block < 5; block++)
				await log.append([...entries(block * 60 + 1, block * 60 + 60), entryOf(block + 1, { client: 'between' })]);
			for (const seq of [1, 2, 63, 64, 65, 127, 128, 129, 191, 192, 255, 256, 299, 300]) {
				const offset = seq + Math.floor((seq - 1) / 60);
				expect(await results(log, entryOf(seq))).toEqual([{ status: 'duplicate', offset, at: 1_000 }]);
			}
		});

		it('a skipped seq is out of order, and names the one that is expected', async () => {
			const log = await open();
			expect(await results(log, entryOf(2))).toEqual([{ status: 'out-of-order', expected: 1 }]);
			expect(await results(log, entryOf(1), entryOf(3), entryOf(2), entryOf(3))).toEqual([
				...stored(1),
				{ status: 'out-of-order', expected: 2 },
				...stored(2, 3),
			]);
		});

		it('a refusal uses up its seq, stores nothing, and is repeated as a duplicate', async () => {
			const log = await open();
			const refusal: Result = { status: 'refused', code: 'invalid-data', message: 'no 2', duplicate: false };
			const [first, last] = [stored(1), stored(2)];
			expect(await results(log, entryOf(1), entryOf(2, { refused: true }), entryOf(3))).toEqual([...first, refusal, ...last]);
			expect(await results(log, entryOf(2))).toEqual([{ ...refusal, duplicate: true }]);
			expect(await results(log, entryOf(2, { refused: true }))).toEqual([{ ...refusal, duplicate: true }]);
			expect(await results(log, entryOf(3))).toEqual([{ status: 'duplicate', offset: 2, at: 1_000 }]);
			expect((await log.read('lobby', 1, 9)).map(({ offset }) => offset)).toEqual([1, 2]);
		});

		it('a stored seq that is refused when it comes again is a duplicate, not a refusal', async () => {
			const log = await open();
			await log.append([entryOf(1)]);
			expect(await results(log, entryOf(1, { refused: true }))).toEqual([{ status: 'duplicate', offset: 1, at: 1_000 }]);
		});

		it('a client id of somebody else is forbidden in every room, and no seq of the owner is used', async () => {
			const log = await open();
			await log.append([entryOf(1)]);
			expect(await results(log, entryOf(2, { user: 'eve' }), entryOf(1, { user: 'eve', room: 'other' }))).toEqual([
				{ status: 'forbidden' },
				{ status: 'forbidden' },
			]);
			expect(await results(log, entryOf(2), entryOf(1, { room: 'other' }))).toEqual(stored(2, 1));
			expect(await log.head('lobby')).toMatchObject({ head: 2 });
		});

		it('big numbers, all of Unicode and long texts come back as they went in', async () => {
			const log = await open();
			const room = 'räum 🌊 \u{10ffff}';
			const body = encodeBody({ text: `${'界'.repeat(20_000)} 🌊 " \\ \u0001 \ud800`, at: 8_640_000_000_000_000 });
			await log.append([{ ...entryOf(1, { room, at: 8_640_000_000_000_000 }), body }]);
			expect(await log.read(room, 1, 1)).toEqual([{ offset: 1, frame: `{"type":"message","offset":1,${body}` }]);
			expect(await results(log, entryOf(1, { room }))).toEqual([{ status: 'duplicate', offset: 1, at: 8_640_000_000_000_000 }]);
		});
	});

	describe(`${name}: reading`, () => {
		it('answers what lies between, ascending, each with its offset in the frame', async () => {
			const log = await open();
			await log.append(entries(1, 10));
			const page = await log.read('lobby', 3, 6);
			expect(page.map(({ offset }) => offset)).toEqual([3, 4, 5, 6]);
			expect(JSON.parse(page[0]?.frame ?? '')).toEqual({
				type: 'message',
				offset: 3,
				room: 'lobby',
				client: 'tab',
				seq: 3,
				at: 1_000,
			});
			expect(await log.read('lobby', 9, 99)).toHaveLength(2);
			expect(await log.read('lobby', 11, 99)).toEqual([]);
			expect(await log.read('lobby', 6, 3)).toEqual([]);
			expect(await log.read('nobody-wrote', 1, 9)).toEqual([]);
		});

		it('what was acknowledged can be read at once', async () => {
			const log = await open();
			for (let seq = 1; seq <= 20; seq++) {
				await log.append([entryOf(seq)]);
				expect((await log.head('lobby')).head).toBe(seq);
				expect(await log.read('lobby', seq, seq)).toHaveLength(1);
			}
		});
	});

	describe(`${name}: opening and closing`, () => {
		it('opened again it knows everything: epoch, offsets, duplicates, refusals, owners', async () => {
			const where = place();
			const first = await open({ place: where });
			const { epoch } = await first.append([...entries(1, 70), entryOf(71, { refused: true })]);
			const read = await first.read('lobby', 1, 99);
			await first.close();
			const second = await open({ place: where });
			expect(await second.head('lobby')).toEqual({ epoch, head: 70, floor: 0 });
			expect(await second.read('lobby', 1, 99)).toEqual(read);
			expect(await results(second, entryOf(70), entryOf(71), entryOf(72, { user: 'eve' }), entryOf(72), entryOf(3))).toEqual([
				{ status: 'duplicate', offset: 70, at: 1_000 },
				{ status: 'refused', code: 'invalid-data', message: 'no 71', duplicate: true },
				{ status: 'forbidden' },
				...stored(71),
				{ status: 'duplicate', offset: 3, at: 1_000 },
			]);
		});

		it('a new place has another epoch', async () => {
			const [one, other] = await Promise.all([open(), open()]);
			expect((await one.head('lobby')).epoch).not.toBe((await other.head('lobby')).epoch);
		});

		it('closing waits for the write under way, twice does nothing, and later writes are refused', async () => {
			const where = place();
			const log = await open({ place: where });
			const writing = log.append(entries(1, 500));
			await Promise.all([log.close(), log.close()]);
			expect((await writing).results).toHaveLength(500);
			expect(await failureOf(log.append([entryOf(501)]))).toContain('Error');
			const again = await open({ place: where });
			expect(await again.head('lobby')).toMatchObject({ head: 500 });
		});
	});
}
