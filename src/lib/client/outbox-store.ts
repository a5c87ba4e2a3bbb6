/** Where the outbox outlives its page. In memory here; a store over IndexedDB keeps it across reloads. */
import type { OutboxItem } from './types.ts';

/** What an earlier life of this client left behind. */
export interface OutboxRecord {
	/** The id it went by and the last number of its connections; null when it has never got as far as connecting. */
	identity: { client: string; connectionNumber: number } | null;
	/** The highest seq handed out, for each client id and room. */
	sequences: { client: string; room: string; seq: number }[];
	/** Unacknowledged and failed items, in the order they were handed in. */
	items: OutboxItem[];
}

/**
 * Every method may answer at once or with a promise; a rejection is reported and the client goes on in memory.
 * A new item is not sent before its `put` has settled: a seq that the server may know must never be handed out again.
 */
export interface OutboxStore {
	load(): OutboxRecord | Promise<OutboxRecord>;
	/** Before each connection. */
	identify(client: string, connectionNumber: number): void | Promise<void>;
	/**
	 * Keeps an item, or its new status, and `item.seq` as the highest of its client and room if it is higher.
	 * `replaced` is the same message under an older number: it goes in the same transaction.
	 */
	put(item: OutboxItem, replaced?: OutboxItem): void | Promise<void>;
	/** The item was stored by the server, or discarded. The sequence it belongs to stays where it is. */
	remove(item: OutboxItem): void | Promise<void>;
}

const keyOf = ({ client, room }: { client: string; room: string }) => `${client}/${room}`;

/** Lives as long as the page. Handing the same store to a second client stands for a reload. */
export function createMemoryOutboxStore(): OutboxStore {
	let identity: OutboxRecord['identity'] = null;
	const sequences = new Map<string, { client: string; room: string; seq: number }>();
	const items = new Map<string, OutboxItem>();
	return {
		load: () => ({ identity, sequences: [...sequences.values()], items: [...items.values()] }),
		identify(client, connectionNumber) {
			identity = { client, connectionNumber };
		},
		put(item, replaced) {
			if (replaced) this.remove(replaced);
			items.set(`${keyOf(item)}/${item.seq}`, item);
			const { client, room, seq } = item;
			sequences.set(keyOf(item), { client, room, seq: Math.max(seq, sequences.get(keyOf(item))?.seq ?? 0) });
		},
		remove(item) {
			items.delete(`${keyOf(item)}/${item.seq}`);
		},
	};
}
