/** The messages of ours that one room has yet to acknowledge: their numbers, their order, and which may be sent now. */
import type { Cancel, Clock } from '../clock.ts';
import type { Publish } from '../protocol/frames.ts';
import { type Deferred, deferred } from './deferred.ts';
import type { OutboxItem, Receipt } from './types.ts';

export interface Entry {
	/** A snapshot: each change makes a new one, so that whoever shows it can compare. */
	item: OutboxItem;
	/** Counts all entries of the outbox, in the order they were handed in. */
	readonly ordinal: number;
	/** The store has it, or has failed to. */
	ready: boolean;
	/** It left on some connection, so the server may have stored it, whatever we heard. */
	transmitted: boolean;
	readonly receipt: Deferred<Receipt>;
}

/** What an earlier life handed in has ordinals up to 0: it is in the store, and may have been sent. */
export const newEntry = (item: OutboxItem, ordinal: number): Entry => ({
	item,
	ordinal,
	ready: ordinal <= 0,
	transmitted: ordinal <= 0,
	receipt: deferred(),
});

/** As it travels on a connection of `self`, who says only of other ids whose they are. */
export const frameOf = ({ client, room, seq, kind, data }: OutboxItem, self: string): Publish => ({
	type: 'publish',
	room,
	seq,
	kind,
	data,
	...(client === self ? {} : { client }),
});

/** The pause after a refusal that names none, in milliseconds. */
const PAUSE = 1_000;

export class RoomQueue {
	readonly room: string;
	/** Whose numbers new messages get, and the last one handed out. */
	client: string;
	seq: number;
	/** Unacknowledged, in order. Those of one client id are numbered upwards; the sent ones come first. */
	entries: Entry[] = [];
	failed: Entry[] = [];
	/** Nothing is sent while this is set: the timer alone ends a pause, since real ones fire a little before their time. */
	#endOfPause: Cancel | null = null;
	/** Messages in flight: one after a refusal, twice as many with each that is settled, so that a busy server is not flooded again. */
	#window = Number.POSITIVE_INFINITY;
	#rewinds = 0;

	constructor(room: string, client: string, seq: number) {
		this.room = room;
		this.client = client;
		this.seq = seq;
	}

	find(client: string, seq: number): Entry | undefined {
		return this.entries.find(({ item }) => item.seq === seq && item.client === client);
	}

	inFlight(): number {
		return this.entries.filter(({ item }) => item.status === 'sending').length;
	}

	/** At most `budget` entries that may be sent now. */
	sendable(budget: number): Entry[] {
		const first = this.entries[0];
		if (!first || this.#endOfPause) return [];
		const limit = Math.min(budget, this.#window - this.inFlight());
		const next: Entry[] = [];
		for (const entry of this.entries) {
			// Another client id is another sequence: only finishing the first keeps the order between the two.
			if (next.length >= limit || !entry.ready || entry.item.client !== first.item.client) break;
			if (entry.item.status === 'queued') next.push(entry);
		}
		return next;
	}

	/** Takes an entry out: it was stored or refused for good, and what follows may go on. */
	settle(entry: Entry): void {
		this.entries.splice(this.entries.indexOf(entry), 1);
		this.#window *= 2;
		this.#rewinds = 0;
	}

	/** What is to be sent again from `seq` on. */
	rewind(client: string, seq: number): Entry[] {
		this.#window = 1;
		return this.entries.filter(({ item }) => item.client === client && item.seq >= seq && item.status === 'sending');
	}

	/** Holds everything back for `ms`; null: a step back costs nothing at first, but a server that asks for it again and again is not hammered. */
	pause(ms: number | null, clock: Clock, over: () => void): void {
		const pause = ms === null ? (this.#rewinds++ ? PAUSE : 0) : ms || PAUSE;
		this.cancelPause();
		const end = () => {
			this.#endOfPause = null;
			over();
		};
		if (pause > 0) this.#endOfPause = clock.setTimeout(end, pause);
		else end();
	}

	cancelPause(): void {
		this.#endOfPause?.();
		this.#endOfPause = null;
	}

	/** The connection is gone: everything sent and not acknowledged is to be sent again. */
	dropped(): Entry[] {
		this.#window = Number.POSITIVE_INFINITY;
		this.#rewinds = 0;
		return this.entries.filter(({ item }) => item.status === 'sending');
	}

	/** Forgets a failed message; undefined when there is none of that id. */
	discard(id: string): OutboxItem | undefined {
		const found = this.failed.find(({ item }) => item.id === id);
		this.failed = this.failed.filter((entry) => entry !== found);
		return found?.item;
	}
}
