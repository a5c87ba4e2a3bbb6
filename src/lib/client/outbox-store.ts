/** Where the outbox outlives its page. In memory here; a store over IndexedDB keeps it across reloads. */
import type { OutboxItem } from './types.ts';

/** What an earlier life of this client left behind. */
export interface OutboxRecord {
	/** The id it went by, the last number of its connections, and its person; null when it has never got as far as connecting. */
	identity: { client: string; connectionNumber: number; user?: string | null } | null;
	/** The highest seq handed out, for each client id and room. */
	sequences: { client: string; room: string; seq: number }[];
	/** Unacknowledged and failed items, in the order they were handed in. */
	items: OutboxItem[];
	/** Items that could not be read and are gone. */
	damaged?: number;
}

/** Told of what other pages leave and take. */
export interface OutboxWatcher {
	/** A client of the same person is gone, and what it left is ours to send: under its own id and numbers. */
	taken(left: Pick<OutboxRecord, 'items' | 'damaged'>): void;
	/** While the browser had put this page aside, another one took over what these clients had. */
	lost(clients: readonly string[]): void;
}

/**
 * Every method may answer at once or with a promise; a rejection is reported and the client goes on in memory.
 * A new item is not sent before its `put` has settled: a seq that the server may know must never be handed out again.
 * Nothing is written before `load` has settled.
 */
export interface OutboxStore {
	/** Whether what it holds outlives the page, as of now. @default false */
	readonly durable?: boolean;
	/** `user`: whom the page takes itself for; what somebody else has left stays where it is. Null: nobody in particular. */
	load(user: string | null): OutboxRecord | Promise<OutboxRecord>;
	/** Before each connection, and with the `user` after the first welcome; null: not known yet. Another id than before is a new client. */
	identify(client: string, connectionNumber: number, user: string | null): void | Promise<void>;
	/**
	 * Keeps an item, or its new status, and `item.seq` as the highest of its client and room if it is higher.
	 * `replaced` is the same message under an older number: it goes in the same transaction.
	 */
	put(item: OutboxItem, replaced?: OutboxItem): void | Promise<void>;
	/** The item was stored by the server, or discarded. The sequence it belongs to stays where it is. */
	remove(item: OutboxItem): void | Promise<void>;
	/** From after `load` on: shares the work with the other pages of the same person, where there can be any. Returns what stops it. */
	watch?(watcher: OutboxWatcher): () => void;
}

const keyOf = ({ client, room }: { client: string; room: string }) => `${client}/${room}`;

/** A store in memory, and what one that keeps a copy here needs of it. */
export interface MemoryOutboxStore extends OutboxStore {
	load(): OutboxRecord;
	/** At least this seq has been handed out. */
	count(sequence: OutboxRecord['sequences'][number]): void;
	/** The highest seq handed out. */
	highest(of: { client: string; room: string }): number;
	/** Whether the client has items here. */
	has(client: string): boolean;
	forget(client: string): void;
}

/** Lives as long as the page. Handing the same store to a second client stands for a reload. */
export function createMemoryOutboxStore(): MemoryOutboxStore {
	let identity: OutboxRecord['identity'] = null;
	const sequences = new Map<string, { client: string; room: string; seq: number }>();
	const items = new Map<string, OutboxItem>();
	return {
		load: () => ({ identity, sequences: [...sequences.values()], items: [...items.values()] }),
		identify(client, connectionNumber, user) {
			const known = identity?.client === client ? (identity.user ?? null) : null;
			identity = { client, connectionNumber, user: user ?? known };
		},
		put(item, replaced) {
			if (replaced) this.remove(replaced);
			items.set(`${keyOf(item)}/${item.seq}`, item);
			this.count(item);
		},
		remove(item) {
			items.delete(`${keyOf(item)}/${item.seq}`);
		},
		count({ client, room, seq }) {
			sequences.set(keyOf({ client, room }), { client, room, seq: Math.max(seq, this.highest({ client, room })) });
		},
		highest: (of) => sequences.get(keyOf(of))?.seq ?? 0,
		has: (client) => [...items.values()].some((item) => item.client === client),
		forget(client) {
			for (const [key, item] of items) if (item.client === client) items.delete(key);
			for (const [key, sequence] of sequences) if (sequence.client === client) sequences.delete(key);
		},
	};
}
