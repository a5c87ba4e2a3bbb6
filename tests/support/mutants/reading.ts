/** Mutants that forget or make up where things lie. */
import { frameOf, type Head, type Stored } from '../../../src/lib/server/log/message-log.ts';
import type { Mutant } from './mutants.ts';
import { wrap } from './wrap.ts';

const moved = ({ offset, frame }: Stored, to: number): Stored => ({
	offset: to,
	frame: frameOf(to, frame.slice(frameOf(offset, '').length)),
});

/** Begins, after each restart, at the last offset of the life before: that one is used twice. */
export const reuseOffset: Mutant = (log) => {
	/** The head of each room when this process first met it. */
	const bases = new Map<string, Promise<number>>();
	const baseOf = (room: string) => {
		const base = bases.get(room) ?? log.head(room).then(({ head }) => head);
		bases.set(room, base);
		return base;
	};
	/** Where a stored offset is shown: behind the base, one lower. */
	const shown = (offset: number, base: number) => (base > 0 && offset > base ? offset - 1 : offset);
	return wrap(log, {
		async append(entries) {
			const places = await Promise.all(entries.map(({ room }) => baseOf(room)));
			const { results, ...rest } = await log.append(entries);
			const lie = <Result extends { offset: number }>(result: Result, at: number) => ({
				...result,
				offset: shown(result.offset, places[at] ?? 0),
			});
			return { ...rest, results: results.map((result, at) => ('offset' in result ? lie(result, at) : result)) };
		},
		async read(room, from, to) {
			const base = await baseOf(room);
			const { head } = await log.head(room);
			const stored = await log.read(room, from, to + 1);
			return stored
				.filter(({ offset }) => !(base > 0 && offset === base && head > base))
				.map((each) => moved(each, shown(each.offset, base)))
				.filter(({ offset }) => offset <= to);
		},
		async head(room): Promise<Head> {
			const base = await baseOf(room);
			const head = await log.head(room);
			return { ...head, head: shown(head.head, base) };
		},
	});
};

/** Denies that anything was trimmed, and hands out the oldest message that it has in place of each that is gone. */
export const hideGap: Mutant = (log) => {
	return wrap(log, {
		async read(room, from, to) {
			const { floor, head } = await log.head(room);
			const stored = await log.read(room, from, to);
			if (from > floor || floor >= head) return stored;
			const [oldest] = await log.read(room, floor + 1, floor + 1);
			if (!oldest) return stored;
			const gone = Array.from({ length: Math.min(to, floor) - from + 1 }, (_, at) => ({ ...oldest, offset: from + at }));
			return [...gone, ...stored];
		},
		head: async (room) => ({ ...(await log.head(room)), floor: 0 }),
	});
};
