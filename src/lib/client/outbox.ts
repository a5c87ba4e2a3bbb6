/** What is sent but not yet stored: accepts, sends in order, resends, and settles each message exactly once. */
import type { Ack, Nack, OutboxReport, Publish } from '../protocol/frames.ts';
import { OUTBOX_AGE_MS, OUTBOX_MESSAGES } from '../protocol/limits.ts';
import { deferred } from './deferred.ts';
import { RealtimeError } from './errors.ts';
import { type Entry, isFailed, isPending, isSending, type Lane } from './lane.ts';
import type { Options } from './options.ts';
import { createEntries, type EntryEvents } from './outbox-entries.ts';
import type { OutboxItem, Sent } from './types.ts';

export interface OutboxEvents extends EntryEvents {
	/** Does it fit into what the server takes? */
	fits(frame: Publish): boolean;
}

/** A message that was handed in more recently than so is on its way, as any is; in milliseconds. */
const ON_ITS_WAY = 1_000;

/** It never left, in this life or in one before: nobody but us knows of it, so it can still change. */
const isUnsent = (entry: Entry) => entry.item.status === 'queued' && !entry.transmitted;

const tooLarge = () => new RealtimeError('too-large', 'the message is too big');
const unknown = () => new RealtimeError('out-of-order', 'the server has lost count: whether it has this message is unknown');

export function createOutbox(options: Options, events: OutboxEvents) {
	const { clock, maxQueueSize } = options;
	const { changed, ready, fits } = events;
	const entries = createEntries(options, events);
	const { lanes, all, change, keep, remove, fail, renumber, find } = entries;
	/** What was on the wire when a close said "too big": until it is settled, one message travels at a time, to find the one to blame. */
	let suspects: Entry[] = [];
	/** What waited at the last welcome. */
	let proofs: Entry[] = [];

	const inFlight = () => all().filter(isSending).length;

	/** As it travels: one of another client id than ours says whose it is. */
	const frameOf = ({ client, room, seq, kind, data }: OutboxItem): Publish => ({
		type: 'publish',
		room,
		seq,
		kind,
		data,
		client: entries.named(client),
	});

	/** A seq that is never sent would block all after it: those go into a new sequence, unless the server may have them already. */
	function failTooLarge(lane: Lane, { item: { client, seq } }: Entry) {
		const [culprit, ...after] = lane.of(client).filter(({ item }) => item.seq >= seq);
		if (culprit) fail(lane, culprit, tooLarge());
		for (const entry of after) if (entry.transmitted) fail(lane, entry, unknown());
		renumber(lane, client, after.filter(isPending));
	}

	/** Sends everything from `seq` on again, after the pause. */
	function rewind(lane: Lane, client: string, seq: number, retryAfterMs: number | null) {
		for (const entry of lane.of(client)) if (isSending(entry) && entry.item.seq >= seq) change(entry, { status: 'queued' });
		lane.pause(retryAfterMs, ready);
	}

	/**
	 * The server expects another seq than the one it got.
	 * In between lies only what we still have: go back to it. Below lies what it has lost (it was restored from a
	 * backup, say): it cannot have stored anything from there on, so all of it starts a new sequence. Above lies
	 * what it says it has: it may be ours or not, so nothing is sent twice and the person is told.
	 */
	function reorder(lane: Lane, { client, seq }: OutboxItem, expected: number) {
		const own = lane.of(client);
		if (expected > seq) {
			for (const entry of own) if (entry.item.seq < expected) fail(lane, entry, unknown());
		} else if (expected < (own[0]?.item.seq ?? seq)) renumber(lane, client, own);
		else rewind(lane, client, expected, null);
	}

	const entryOf = ({ id, room }: OutboxItem) => lanes.get(room)?.entries.find(({ item }) => item.id === id);

	/**
	 * Takes one out that was never sent. A seq that is never sent would block all after it: those go into a new sequence, all of them,
	 * so that a store which lists them as they were put has them in order. What comes after an unsent one is unsent.
	 */
	function withdraw(lane: Lane, entry: Entry) {
		const after = lane.entries.slice(lane.entries.indexOf(entry) + 1).filter(isPending);
		remove(lane, entry, { status: 'failed' });
		entry.reject(new RealtimeError('discarded', 'the message was deleted before it was sent'));
		renumber(lane, lane.client, after);
	}

	/** The wall clock knows of earlier lives and of sleep; the other one is not set back. */
	const ageOf = ({ since, item }: Entry) => Math.max(clock.now() - since, clock.wall() - item.at);

	return {
		identity: entries.identity,
		loaded: entries.loaded,
		count: entries.count,
		/** Whether what waits outlives the page. */
		storage: entries.storage,
		inFlight,

		items: (room: string): readonly OutboxItem[] => lanes.get(room)?.entries.map(({ item }) => item) ?? [],

		/** Accepts a message whose `data` is plain JSON. @throws RealtimeError `overloaded`, `too-large`: nothing was taken then. */
		accept(room: string, kind: string, data: unknown): Sent {
			if (all().filter(isPending).length >= maxQueueSize)
				throw new RealtimeError('overloaded', `${maxQueueSize} messages already wait to be sent: this one was not taken`);
			const lane = entries.laneOf(room);
			const { client } = lane;
			const seq = lane.seq + 1;
			const item: OutboxItem = { id: entries.newId(), client, room, seq, kind, data, at: clock.wall(), status: 'queued' };
			if (!fits(frameOf(item))) throw tooLarge();
			lane.seq = seq;
			const entry: Entry = { item, kept: false, since: clock.now(), transmitted: false, ...deferred() };
			lane.entries.push(entry);
			changed(item);
			keep(entry);
			return { item, stored: entry.promise };
		},

		/** The welcome has come: what waits now has to be settled before the connection counts as proven. `renewed`: see `handOver`. */
		connected(user: string, renewed: boolean) {
			entries.meet(user, renewed);
			proofs = all().filter(isPending);
		},
		proven: () => !proofs.some(isPending),

		/** What the server is told of those that wait for their ack; undefined where nothing waits. */
		waiting(): OutboxReport | undefined {
			const pending = all().filter(isPending);
			const oldestMs = Math.round(pending.reduce((most, entry) => Math.max(most, ageOf(entry)), 0));
			// Also where the time of an item that a store kept is no number: the hello must go through.
			if (!(oldestMs >= ON_ITS_WAY)) return undefined;
			return { messages: Math.min(pending.length, OUTBOX_MESSAGES), oldestMs: Math.min(oldestMs, OUTBOX_AGE_MS) };
		},

		/** What may be sent now: at most `limit` unacknowledged over all rooms. Marks it as being sent. */
		take(limit: number): Publish[] {
			const frames: Publish[] = [];
			const budget = (suspects.some(isPending) ? 1 : limit) - inFlight();
			for (const lane of lanes.values()) {
				for (const entry of lane.sendable(budget - frames.length)) {
					const frame = frameOf(entry.item);
					if (!fits(frame)) {
						failTooLarge(lane, entry);
						break;
					}
					entry.transmitted = true;
					change(entry, { status: 'sending' });
					frames.push(frame);
				}
			}
			return frames;
		},

		/** False when no message waited for this. */
		ack({ room, seq, epoch, offset, at, duplicate, client }: Ack): boolean {
			const found = find(room, seq, client);
			if (!found) return false;
			const [lane, entry] = found;
			lane.settled();
			remove(lane, entry, { status: 'stored', offset });
			entry.resolve({ epoch, offset, at, duplicate });
			return true;
		},

		nack({ room, seq, code, message, retry, retryAfterMs, expected, client }: Nack) {
			const found = find(room, seq, client);
			if (!found) return;
			const [lane, entry] = found;
			const isOrder = code === 'out-of-order';
			if (!retry && !isOrder) fail(lane, entry, new RealtimeError(code, message));
			// One that already waits to be sent again was refused along with one before it: no news.
			else if (!isSending(entry)) return;
			else if (isOrder) reorder(lane, entry.item, expected ?? seq);
			else rewind(lane, entry.item.client, seq, retryAfterMs);
		},

		/** The connection is gone: what is unacknowledged goes again, in order. After "too big" the message to blame is looked for. */
		dropped(tooBig: boolean) {
			const sent = all().filter(isSending);
			for (const entry of sent) change(entry, { status: 'queued' });
			for (const lane of lanes.values()) lane.dropped();
			const [only, ...others] = sent;
			if (tooBig && only && others.length === 0 && suspects.some(isPending)) failTooLarge(entries.laneOf(only.item.room), only);
			else if (tooBig) suspects = sent;
		},

		/** Whether a message can still be changed or taken back. */
		isUnsent(item: OutboxItem): boolean {
			const entry = entryOf(item);
			return entry !== undefined && isUnsent(entry);
		},

		/** Gives a message other data, in its place; false where it has left meanwhile. @throws RealtimeError `too-large` */
		edit(item: OutboxItem, data: unknown): boolean {
			const entry = entryOf(item);
			if (!entry || !isUnsent(entry)) return false;
			if (!fits(frameOf({ ...entry.item, data }))) throw tooLarge();
			change(entry, { data });
			keep(entry);
			return true;
		},

		/** Forgets a failed message, or takes back one that was never sent; false where neither is so any more. */
		discard(item: OutboxItem): boolean {
			const entry = entryOf(item);
			const lane = lanes.get(item.room);
			if (!lane || !entry || !(isFailed(entry) || isUnsent(entry))) return false;
			if (isFailed(entry)) remove(lane, entry);
			else withdraw(lane, entry);
			return true;
		},

		/** Nothing will be sent any more. What the store holds stays there for a later life. */
		close(error: RealtimeError) {
			entries.close();
			for (const lane of lanes.values()) lane.resume();
			for (const entry of all()) entry.reject(error);
		},
	};
}
