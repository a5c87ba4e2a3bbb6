/** What is sent but not yet stored: accepts, sends in order, resends, and settles each message exactly once. */
import type { Clock } from '../clock.ts';
import type { Ack, Nack, Publish } from '../protocol/frames.ts';
import { RealtimeError } from './errors.ts';
import { type OutboxRecord, type OutboxStore, storeWriter } from './outbox-store.ts';
import { type Entry, frameOf, newEntry, RoomQueue } from './queue.ts';
import type { OutboxItem, Sent } from './types.ts';

export interface OutboxOptions {
	clock: Clock;
	store: OutboxStore;
	maxQueueSize: number;
	/** Makes a client id that nobody has used. */
	newClient(): string;
	/** An item was added or changed, or left. */
	changed(item: OutboxItem): void;
	/** A message was refused for good. */
	failed(error: RealtimeError): void;
	/** Something may be sent now that could not be before. */
	ready(): void;
	storeFailed(error: unknown): void;
}

const unknown = () => new RealtimeError('out-of-order', 'the server has lost count: whether it has this message is unknown');

export class Outbox {
	/** This client's own id; provisional until `adopt`. */
	client: string;
	/** Messages handed in so far: the ordinal of the last one. */
	accepted = 0;
	readonly #options: OutboxOptions;
	readonly #write: ReturnType<typeof storeWriter>;
	readonly #queues = new Map<string, RoomQueue>();
	#sequences = new Map<string, number>();
	/** After a close with "too big" one message travels at a time, to find out which one it was, until the connection has proved itself. */
	careful = false;

	constructor(options: OutboxOptions) {
		this.#options = options;
		this.#write = storeWriter(options.store, options.storeFailed);
		this.client = options.newClient();
	}

	/** Takes up what an earlier life left. It goes before what was handed in meanwhile, which keeps its provisional id. */
	adopt({ identity, sequences, items }: OutboxRecord): void {
		this.client = identity?.client ?? this.client;
		this.#sequences = new Map(sequences.filter(({ client }) => client === this.client).map(({ room, seq }) => [room, seq]));
		for (const room of new Set(items.map((item) => item.room))) {
			const { entries, failed } = this.#queue(room);
			const left = items.flatMap((item, index) => (item.room === room ? newEntry(item, index - items.length) : []));
			failed.unshift(...left.filter(({ item }) => item.status === 'failed'));
			const unsent = left.filter(({ item }) => item.status !== 'failed');
			entries.unshift(...unsent);
			for (const entry of unsent) this.#change(entry, { status: 'queued' });
		}
	}

	/** Messages neither stored nor refused, among those handed in up to `ordinal`. */
	pending(ordinal = Number.POSITIVE_INFINITY): number {
		let count = 0;
		for (const { entries } of this.#queues.values()) count += entries.filter((entry) => entry.ordinal <= ordinal).length;
		return count;
	}

	/** Sent on this connection and not yet answered. */
	inFlight(): number {
		let count = 0;
		for (const queue of this.#queues.values()) count += queue.inFlight();
		return count;
	}

	items(room: string): readonly OutboxItem[] {
		const queue = this.#queues.get(room);
		if (!queue) return [];
		return [...queue.failed, ...queue.entries].sort((a, b) => a.ordinal - b.ordinal).map(({ item }) => item);
	}

	/** Accepts a message whose `data` is plain JSON. @throws RealtimeError `overloaded`, `too-large`: nothing was taken then. */
	accept(room: string, kind: string, data: unknown, fits: (frame: Publish) => boolean): Sent {
		const { maxQueueSize, clock } = this.#options;
		if (this.pending() >= maxQueueSize)
			throw new RealtimeError('overloaded', `${maxQueueSize} messages already wait to be sent: this one was not taken`);
		const queue = this.#queue(room);
		const { client } = queue;
		const seq = queue.seq + 1;
		const item: OutboxItem = {
			id: `${client}/${room}/${seq}`,
			client,
			room,
			seq,
			kind,
			data,
			at: clock.wall(),
			status: 'queued',
		};
		if (!fits(frameOf(item, this.client))) throw new RealtimeError('too-large', 'the message is too big');
		queue.seq = seq;
		const entry = newEntry(item, ++this.accepted);
		queue.entries.push(entry);
		this.#options.changed(item);
		this.#keep(entry);
		return { item, stored: entry.receipt.promise };
	}

	/** What may be sent now: at most `inFlight` unacknowledged over all rooms. Marks it as being sent. */
	take(inFlight: number, fits: (frame: Publish) => boolean): Publish[] {
		const frames: Publish[] = [];
		const budget = (this.careful ? 1 : inFlight) - this.inFlight();
		for (const queue of this.#queues.values()) {
			for (const entry of queue.sendable(budget - frames.length)) {
				const frame = frameOf(entry.item, this.client);
				if (!fits(frame)) {
					this.#tooLarge(queue, entry);
					break;
				}
				entry.transmitted = true;
				this.#change(entry, { status: 'sending' });
				frames.push(frame);
			}
		}
		return frames;
	}

	/** False when no message waited for this. */
	ack({ room, seq, epoch, offset, at, duplicate, client = this.client }: Ack): boolean {
		const queue = this.#queues.get(room);
		const entry = queue?.find(client, seq);
		if (!queue || !entry) return false;
		queue.settle(entry);
		this.#write((store) => store.remove(entry.item));
		this.#change(entry, { status: 'stored', offset });
		entry.receipt.resolve({ epoch, offset, at, duplicate });
		return true;
	}

	nack({ room, seq, code, message, retry, retryAfterMs, expected, client = this.client }: Nack): void {
		const queue = this.#queues.get(room);
		const entry = queue?.find(client, seq);
		if (!queue || !entry) return;
		const reorder = code === 'out-of-order';
		if (!retry && !reorder) this.#fail(queue, entry, new RealtimeError(code, message));
		// One that already waits to be sent again was refused along with one before it: no news.
		else if (entry.item.status !== 'sending') return;
		else if (reorder) this.#reorder(queue, entry, expected ?? seq);
		else this.#rewind(queue, entry, seq, retryAfterMs);
	}

	/** The connection is gone: what is unacknowledged goes again, in order. After "too big" the message to blame is looked for. */
	dropped(tooBig: boolean): void {
		const sent = [...this.#queues.values()].flatMap((queue) => queue.dropped().map((entry) => ({ queue, entry })));
		for (const { entry } of sent) this.#change(entry, { status: 'queued' });
		const [only] = sent;
		if (tooBig && this.careful && only && sent.length === 1) this.#tooLarge(only.queue, only.entry);
		this.careful ||= tooBig;
	}

	discard({ id, room }: Pick<OutboxItem, 'id' | 'room'>): void {
		const item = this.#queues.get(room)?.discard(id);
		if (!item) return;
		this.#write((store) => store.remove(item));
		this.#options.changed(item);
	}

	/** Nothing will be sent any more. What the store holds stays there for a later life. */
	close(error: RealtimeError): void {
		for (const queue of this.#queues.values()) {
			queue.cancelPause();
			for (const { receipt } of queue.entries) receipt.reject(error);
		}
	}

	/**
	 * The server expects another seq than the one it got.
	 * In between lies only what we still have: go back to it. Below lies what it has lost (it was restored from a
	 * backup, say): it cannot have stored anything from there on, so all of it starts a new sequence. Above lies
	 * what it says it has: it may be ours or not, so nothing is sent twice and the person is told.
	 */
	#reorder(queue: RoomQueue, entry: Entry, expected: number) {
		const { client, seq } = entry.item;
		const own = queue.entries.filter(({ item }) => item.client === client);
		if (expected > seq) {
			for (const each of own.filter(({ item }) => item.seq < expected)) this.#fail(queue, each, unknown());
		} else if (expected < (own[0]?.item.seq ?? seq)) this.#renumber(queue, client, own);
		else this.#rewind(queue, entry, expected, null);
	}

	#rewind(queue: RoomQueue, { item: { client } }: Entry, seq: number, retryAfterMs: number | null) {
		const { clock, ready } = this.#options;
		for (const entry of queue.rewind(client, seq)) this.#change(entry, { status: 'queued' });
		queue.pause(retryAfterMs, clock, ready);
	}

	/** A seq that is never sent would block all after it: those go into a new sequence, unless the server may have them already. */
	#tooLarge(queue: RoomQueue, culprit: Entry) {
		const { client, seq } = culprit.item;
		const after = queue.entries.filter(({ item }) => item.client === client && item.seq > seq);
		this.#fail(queue, culprit, new RealtimeError('too-large', 'the message is too big for this server'));
		for (const entry of after) if (entry.transmitted) this.#fail(queue, entry, unknown());
		const unsent = after.filter((entry) => !entry.transmitted);
		this.#renumber(queue, client, unsent);
	}

	/** Gives these the numbers 1, 2, 3 … under an id that nobody has used: a seq that may be taken is never used again. */
	#renumber(queue: RoomQueue, old: string, entries: Entry[]) {
		const client = this.#options.newClient();
		entries.forEach((entry, index) => {
			const replaced = entry.item;
			this.#change(entry, { client, seq: index + 1, status: 'queued' });
			this.#keep(entry, replaced);
		});
		if (queue.client === old) Object.assign(queue, { client, seq: entries.length });
		this.#options.ready();
	}

	#fail(queue: RoomQueue, entry: Entry, error: RealtimeError) {
		queue.settle(entry);
		queue.failed.push(entry);
		this.#change(entry, { status: 'failed', error });
		this.#write((store) => store.put(entry.item));
		entry.receipt.reject(error);
		this.#options.failed(error);
		// Bounded: where nobody looks at failures, the oldest go.
		const [oldest] = queue.failed;
		if (oldest && queue.failed.length > this.#options.maxQueueSize) this.discard(oldest.item);
	}

	#queue(room: string): RoomQueue {
		const queue = this.#queues.get(room) ?? new RoomQueue(room, this.client, this.#sequences.get(room) ?? 0);
		this.#queues.set(room, queue);
		return queue;
	}

	#change(entry: Entry, change: Partial<OutboxItem>) {
		entry.item = { ...entry.item, ...change };
		this.#options.changed(entry.item);
	}

	/** Puts an item into the store; it may be sent once that has settled. */
	#keep(entry: Entry, replaced?: OutboxItem) {
		entry.ready = false;
		this.#write(
			(store) => store.put(entry.item, replaced),
			() => {
				entry.ready = true;
				this.#options.ready();
			},
		);
	}
}
