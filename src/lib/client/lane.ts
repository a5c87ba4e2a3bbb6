/** The messages of ours in one room: their numbers, their order, and how many of them may travel now. */
import type { Cancel, Clock } from '../clock.ts';
import type { Deferred } from './deferred.ts';
import type { OutboxItem, Receipt } from './types.ts';

export interface Entry extends Deferred<Receipt> {
	/** A snapshot: each change makes a new one, so that whoever shows it can compare. */
	item: OutboxItem;
	/** The store has it, or has failed to. */
	kept: boolean;
	/** When it was handed in, or taken up from an earlier life, in the clock's time. */
	since: number;
	/** It left on some connection, so the server may have stored it, whatever we heard. */
	transmitted: boolean;
}

export const isSending = ({ item }: Entry): boolean => item.status === 'sending';
export const isFailed = ({ item }: Entry): boolean => item.status === 'failed';
export const isPending = ({ item }: Entry): boolean => item.status === 'queued' || item.status === 'sending';

/** The pause after a refusal that names none, in milliseconds. */
const PAUSE = 1_000;

export class Lane {
	/** Whose numbers new messages get, and the last one handed out. */
	client: string;
	seq: number;
	/** Not stored yet, in order. The pending ones of one client id are numbered upwards; those being sent come first. */
	readonly entries: Entry[] = [];
	readonly #clock: Clock;
	/** Nothing is sent while this is set: the timer alone ends a pause, since real ones fire a little before their time. */
	#endOfPause: Cancel | null = null;
	/** Messages in flight: one after a refusal, twice as many with each that is settled, so that a busy server is not flooded again. */
	#window = Number.POSITIVE_INFINITY;
	#rewinds = 0;

	constructor(client: string, seq: number, clock: Clock) {
		this.client = client;
		this.seq = seq;
		this.#clock = clock;
	}

	/** The pending messages of one client id. */
	of(client: string): Entry[] {
		return this.entries.filter((entry) => isPending(entry) && entry.item.client === client);
	}

	/** At most `budget` entries that may be sent now. */
	sendable(budget: number): Entry[] {
		const first = this.entries.find(isPending);
		if (!first || this.#endOfPause || budget <= 0) return [];
		const limit = Math.min(budget, this.#window - this.entries.filter(isSending).length);
		const next: Entry[] = [];
		for (const entry of this.entries) {
			// Another client id is another sequence: only finishing the first keeps the order between the two.
			if (isPending(entry) && (!entry.kept || entry.item.client !== first.item.client)) break;
			if (next.length >= limit) break;
			if (entry.item.status === 'queued') next.push(entry);
		}
		return next;
	}

	/** An entry was stored or refused for good: what follows may go on. */
	settled(): void {
		this.#window *= 2;
		this.#rewinds = 0;
	}

	/** Holds everything back for `ms`; null: a step back costs nothing at first, but a server that asks for it again and again is not hammered. */
	pause(ms: number | null, over: () => void): void {
		this.#window = 1;
		const pause = ms === null && this.#rewinds++ === 0 ? 0 : ms || PAUSE;
		this.resume();
		const end = () => {
			this.#endOfPause = null;
			over();
		};
		if (pause > 0) this.#endOfPause = this.#clock.setTimeout(end, pause);
		else end();
	}

	/** Ends a pause early. */
	resume(): void {
		this.#endOfPause?.();
		this.#endOfPause = null;
	}

	/** On another connection pace begins anew. A pause that the server asked for goes on. */
	dropped(): void {
		this.#window = Number.POSITIVE_INFINITY;
		this.#rewinds = 0;
	}
}
