/** Mutants that store something else than they say. */
import type { Entry, Result } from '../../../src/lib/server/log/message-log.ts';
import type { Mutant } from './mutants.ts';
import { wrap } from './wrap.ts';

/** One message in this many is hurt. */
const ONE_IN = 50;

/** Acknowledges a message that it never stores, at the place of the one before. Its seq is used up, so that the sender goes on. */
export const drop: Mutant = (log, random) => {
	const lost = { code: 'server-error', message: 'dropped by a mutant' } as const;
	return wrap(log, {
		async append(entries) {
			const heads = new Map<string, number>();
			for (const { room } of entries) if (!heads.has(room)) heads.set(room, (await log.head(room)).head);
			// The first message of a room has none before it.
			const isVictim = ({ room, refusal, claims }: Entry) =>
				!refusal && !claims && (heads.get(room) ?? 0) > 0 && random.chance(1 / ONE_IN);
			const { results, ...rest } = await log.append(
				entries.map((entry) => (isVictim(entry) ? { ...entry, refusal: lost } : entry)),
			);
			const answer = (result: Result, at: number): Result => {
				const room = entries[at]?.room ?? '';
				if (result.status === 'stored') heads.set(room, result.offset);
				const dropped = result.status === 'refused' && result.message === lost.message;
				return dropped ? { status: 'stored', offset: heads.get(room) ?? 1 } : result;
			};
			return { ...rest, results: results.map(answer) };
		},
	});
};

/** Stores a message again when its sender, unsure after a reconnect, sends it again. */
export const double: Mutant = (log) => {
	let count = 0;
	return wrap(log, {
		append: async (entries) => {
			const { results, ...rest } = await log.append(entries);
			const again: Entry[] = [];
			for (const [at, { status }] of results.entries()) {
				const entry = entries[at];
				// Another key outwits the duplicate check; the body still names the first.
				if (entry && status === 'duplicate') again.push({ ...entry, client: `mutant-${Bun.randomUUIDv7()}-${++count}`, seq: 1 });
			}
			if (again.length === 0) return { ...rest, results };
			const second = (await log.append(again)).results;
			return { ...rest, results: results.map((result) => (result.status === 'duplicate' ? (second.shift() ?? result) : result)) };
		},
	});
};

/** Stores two neighbours the other way round, and delivers them as they came. */
export const swap: Mutant = (log, random) =>
	wrap(log, {
		append: (entries) => {
			const stored = [...entries];
			for (const [at, one] of entries.entries()) {
				const other = entries[at + 1];
				if (!other || one.room !== other.room || one.body === '' || other.body === '' || !random.chance(0.2)) continue;
				if (stored[at] !== one) continue;
				stored[at] = { ...one, body: other.body };
				stored[at + 1] = { ...other, body: one.body };
			}
			return log.append(stored);
		},
	});

/** Stores another text than was sent. */
export const phantom: Mutant = (log, random) =>
	wrap(log, {
		append: (entries) => {
			const altered = (entry: Entry) => ({ ...entry, body: entry.body.replace('"text":"', '"text":"~') });
			return log.append(entries.map((entry) => (random.chance(1 / ONE_IN) ? altered(entry) : entry)));
		},
	});

/** Tells the room what somebody has voted. */
export const leakVote: Mutant = (log) =>
	wrap(log, {
		append: async (entries) => {
			const { results, ...rest } = await log.append(entries);
			const told = (result: Result, act: Entry['act']): Result =>
				result.status === 'stored' && result.body && act?.kind === 'vote'
					? { ...result, body: result.body.replace('"voted":true', `"voted":true,"value":${JSON.stringify(act.data.value)}`) }
					: result;
			return { ...rest, results: results.map((result, at) => told(result, entries[at]?.act)) };
		},
	});

/** Takes down another card than was played, now and then. */
export const miscount: Mutant = (log, random) =>
	wrap(log, {
		append: (entries) =>
			log.append(
				entries.map((entry) =>
					entry.act?.kind === 'vote' && entry.act.data.value !== null && random.chance(0.3)
						? { ...entry, act: { ...entry.act, data: { ...entry.act.data, value: '13' } } }
						: entry,
				),
			),
	});
