/** A `MessageLog` as one would explain it: plain maps in memory, nothing clever. What the real ones are compared with. */
import type { Entry, Result, Stored } from '../../src/lib/server/log/message-log.ts';
import { frameOf } from '../../src/lib/server/log/message-log.ts';

export class ModelLog {
	readonly #rooms = new Map<string, Stored[]>();
	readonly #owners = new Map<string, string>();
	/** What became of each seq, by client and room. */
	readonly #receipts = new Map<string, Result[]>();

	append(batch: readonly Entry[]): Result[] {
		return batch.map((entry) => this.#accept(entry));
	}

	read(room: string): Stored[] {
		return this.#rooms.get(room) ?? [];
	}

	#accept({ room, client, seq, user, body, at, refusal }: Entry): Result {
		if ((this.#owners.get(client) ?? user) !== user) return { status: 'forbidden' };
		const receipts = this.#receipts.get(`${room} ${client}`) ?? [];
		this.#receipts.set(`${room} ${client}`, receipts);
		const known = receipts[seq - 1];
		if (known) return known;
		if (seq !== receipts.length + 1) return { status: 'out-of-order', expected: receipts.length + 1 };
		this.#owners.set(client, user);
		if (refusal) {
			receipts.push({ status: 'refused', ...refusal, duplicate: true });
			return { status: 'refused', ...refusal, duplicate: false };
		}
		const messages = this.#rooms.get(room) ?? [];
		this.#rooms.set(room, messages);
		const offset = messages.length + 1;
		messages.push({ offset, frame: frameOf(offset, body) });
		receipts.push({ status: 'duplicate', offset, at });
		return { status: 'stored', offset };
	}
}
