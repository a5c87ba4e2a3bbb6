/** The newest messages of each room as this device has seen them: a kept page is as old as its last load, these are not. */
import * as v from 'valibot';
import { message } from '../protocol/frames.ts';
import { MESSAGES } from './names.ts';

/** Rooms at the most; the one that was written longest ago goes first. */
const MOST_ROOMS = 30;

const keptMessages = v.object({
	reader: v.string(),
	epoch: v.string(),
	offset: v.number(),
	messages: v.array(message),
	more: v.boolean(),
});

export type KeptMessages = v.InferOutput<typeof keptMessages>;

export class MessageShelf {
	readonly #caches: CacheStorage;
	readonly #origin: string;

	constructor(caches: CacheStorage, origin: string) {
		this.#caches = caches;
		this.#origin = origin;
	}

	/** What is kept of a room for this reader, or null. What is stored there may be anything. */
	async read(room: string, reader: string): Promise<KeptMessages | null> {
		const kept = await (await this.#caches.open(MESSAGES)).match(this.addressOf(room));
		const result = v.safeParse(keptMessages, await kept?.json());
		return result.success && result.output.reader === reader ? result.output : null;
	}

	/** Replaces what was kept of this room. */
	async write(room: string, kept: KeptMessages): Promise<void> {
		const cache = await this.#caches.open(MESSAGES);
		await cache.delete(this.addressOf(room));
		await cache.put(
			this.addressOf(room),
			new Response(JSON.stringify(kept), { headers: { 'content-type': 'application/json' } }),
		);
		const keys = await cache.keys();
		for (const key of keys.slice(0, Math.max(0, keys.length - MOST_ROOMS))) await cache.delete(key);
	}
	/** That of the room's page, so that both go together. */
	addressOf(room: string) {
		return `${this.#origin}/rooms/${encodeURIComponent(room)}`;
	}
}
