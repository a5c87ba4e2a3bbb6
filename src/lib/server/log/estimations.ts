/** The estimation of each room, as the writer of the embedded log keeps it: changed with the messages, in their transaction. */
import type { Database } from 'bun:sqlite';
import { begin, claim, decode, type Estimation, encode, judge, type Verdict } from '../rooms/estimation.ts';
import { type Entry, type RoomView, viewOf } from './message-log.ts';

/** Rooms whose estimation is kept in memory; past it the cache starts anew, the database has them all. */
const CACHED = 10_000;

export class Estimations {
	readonly #sql: ReturnType<typeof statements>;
	readonly #known = new Map<number, Estimation>();
	/** Names of the rooms that the transaction under way has changed, by id. */
	readonly #changed = new Map<number, string>();

	constructor(database: Database) {
		this.#sql = statements(database);
	}

	/** What becomes of an act, which would lie at `offset`. */
	judge(room: number, name: string, act: Exclude<Entry['act'], undefined>, offset: number): Verdict {
		const verdict = judge(this.#of(room), act, offset);
		if (verdict.ok) this.#changed.set(room, name);
		return verdict;
	}

	claim(room: number, name: string, user: string) {
		if (claim(this.#of(room), user)) this.#changed.set(room, name);
	}

	/** Writes what has changed. Part of the transaction under way; once a room, however many votes it saw. */
	write(): [room: string, view: RoomView][] {
		const views = [...this.#changed].map(([room, name]): [string, RoomView] => {
			const estimation = this.#of(room);
			this.#sql.set.run(room, encode(estimation));
			return [name, viewOf(estimation)];
		});
		this.#changed.clear();
		return views;
	}

	/** The transaction is committed. */
	committed() {
		if (this.#known.size > CACHED) this.#known.clear();
	}

	/** What is in memory did not happen. */
	recover() {
		this.#known.clear();
		this.#changed.clear();
	}

	#of(room: number): Estimation {
		const known = this.#known.get(room);
		if (known) return known;
		const row = this.#sql.get.get(room);
		const estimation = row ? decode(row.state) : begin();
		this.#known.set(room, estimation);
		return estimation;
	}
}

const statements = (database: Database) => ({
	get: database.query<{ state: string }, [number]>('SELECT state FROM estimations WHERE room = ?'),
	set: database.query<never, [number, string]>(
		'INSERT INTO estimations (room, state) VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET state = excluded.state',
	),
});
