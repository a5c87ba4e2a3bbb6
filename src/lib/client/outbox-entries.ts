/** The messages of ours that are not settled: each an entry in the lane of its room, and an item in the store. */
import { newClientId } from './client-id.ts';
import { deferred } from './deferred.ts';
import { RealtimeError } from './errors.ts';
import { type Entry, isFailed, isPending, Lane } from './lane.ts';
import { createMemory } from './memory.ts';
import type { Options } from './options.ts';
import type { OutboxRecord } from './outbox-store.ts';
import type { OutboxItem } from './types.ts';

export interface EntryEvents {
	/** An item was added or changed, or left. */
	changed(item: OutboxItem): void;
	/** A message was refused for good. */
	failed(error: RealtimeError): void;
	/** Something may be sent now that could not be before. */
	ready(): void;
	storeFailed(error: RealtimeError): void;
}

const foreign = () => new RealtimeError('forbidden', 'written as somebody else: it was not sent');
const elsewhere = () => new RealtimeError('replaced', 'another tab has taken this message over');

export function createEntries(
	{ clock, store, maxQueueSize, userId }: Options,
	{ changed, failed, ready, storeFailed }: EntryEvents,
) {
	const lanes = new Map<string, Lane>();
	let sequences: OutboxRecord['sequences'] = [];
	let isLoaded = false;
	let isClosed = false;
	let hasMet = false;
	let stopWatching = () => {};
	/** The connection was greeted under another id than that of `identity`: every frame says whose it is. */
	let isRenamed = false;
	const memory = createMemory(store, storeFailed, userId);
	const { identity, write } = memory;
	/** Of this life alone, whatever ids the client goes by: two pages that had one id after the other may have numbered alike. */
	const life = identity.client;
	let accepted = 0;

	const seqOf = (room: string) =>
		sequences.find((sequence) => sequence.room === room && sequence.client === identity.client)?.seq ?? 0;

	function laneOf(room: string): Lane {
		const lane = lanes.get(room) ?? new Lane(identity.client, seqOf(room), clock);
		lanes.set(room, lane);
		return lane;
	}

	function change(entry: Entry, part: Partial<OutboxItem>) {
		entry.item = { ...entry.item, ...part };
		changed(entry.item);
	}

	/** Puts an item into the store; it may be sent once that has settled. */
	function keep(entry: Entry, replaced?: OutboxItem) {
		const { client, seq } = entry.item;
		entry.kept = false;
		const settled = () => {
			// Renumbered meanwhile: the write under its new number settles it.
			if (entry.item.client !== client || entry.item.seq !== seq) return;
			entry.kept = true;
			ready();
		};
		if (isLoaded) write(() => store.put(entry.item, replaced), settled);
	}

	function drop(lane: Lane, entry: Entry) {
		lane.entries.splice(lane.entries.indexOf(entry), 1);
	}

	function remove(lane: Lane, entry: Entry, part: Partial<OutboxItem> = {}) {
		drop(lane, entry);
		// Before it is loaded the store has nothing of this life.
		if (isLoaded) write(() => store.remove(entry.item));
		change(entry, part);
	}

	function fail(lane: Lane, entry: Entry, error: RealtimeError) {
		lane.settled();
		change(entry, { status: 'failed', error });
		write(() => store.put(entry.item));
		entry.reject(error);
		failed(error);
		// Bounded: where nobody looks at failures, the oldest go.
		const [oldest, ...more] = lane.entries.filter(isFailed);
		if (oldest && more.length >= maxQueueSize) remove(lane, oldest);
	}

	/** Gives these the numbers 1, 2, 3 … under an id that nobody has used: a seq that may be taken is never used again. */
	function renumber(lane: Lane, old: string, entries: Entry[], client = newClientId()) {
		for (const [index, entry] of entries.entries()) {
			const replaced = entry.item;
			change(entry, { client, seq: index + 1, status: 'queued' });
			keep(entry, replaced);
		}
		if (lane.client === old) Object.assign(lane, { client, seq: entries.length });
		ready();
	}

	/** What somebody left goes before what is there: it is older, as a rule. */
	function take(items: readonly OutboxItem[]) {
		for (const item of [...items].reverse()) {
			const entry: Entry = { item, kept: true, since: clock.now(), transmitted: true, ...deferred() };
			laneOf(item.room).entries.unshift(entry);
			change(entry, isPending(entry) ? { status: 'queued' } : {});
		}
	}

	/** Now the id is known, and what was handed in meanwhile gets its numbers, behind what an earlier life left. */
	function recall(record: OutboxRecord) {
		if (isClosed) return;
		const early = [...lanes].map(([room, lane]) => ({ room, lane, entries: [...lane.entries] }));
		isLoaded = true;
		({ sequences } = record);
		take(record.items);
		for (const { room, lane, entries } of early) {
			Object.assign(lane, { client: identity.client, seq: seqOf(room) });
			for (const entry of entries) {
				change(entry, { client: identity.client, seq: ++lane.seq });
				keep(entry);
			}
		}
		memory.damaged(record.damaged);
		const stop = store.watch?.({
			taken({ items, damaged }) {
				take(items);
				memory.damaged(damaged);
				ready();
			},
			lost,
		});
		if (stop) stopWatching = stop;
	}

	/** What was kept of these clients is sent by another page. Nothing of theirs is counted on here; what was not kept yet goes along. */
	function lost(clients: readonly string[]) {
		if (clients.includes(identity.client)) renew();
		for (const lane of lanes.values()) {
			const gone = lane.entries.filter(({ item }) => clients.includes(item.client));
			for (const entry of gone.filter(({ kept }) => kept)) {
				drop(lane, entry);
				const error = elsewhere();
				change(entry, { status: 'failed', error });
				entry.reject(error);
			}
			const old = lane.client;
			if (clients.includes(old))
				renumber(
					lane,
					old,
					gone.filter((entry) => !entry.kept && isPending(entry)),
					identity.client,
				);
		}
	}

	function renew() {
		isRenamed = true;
		memory.renew();
	}

	/**
	 * Another person. What an earlier one left, or may have sent, is not passed off as theirs. What was written on this page goes along
	 * where the identity was renewed from here, or it was not known yet whose it is: another tab may have signed in as anybody.
	 */
	function handOver(goesAlong: boolean) {
		isRenamed = true;
		for (const lane of lanes.values()) {
			const pending = lane.entries.filter(isPending);
			for (const entry of pending) if (entry.transmitted || !goesAlong) fail(lane, entry, foreign());
			renumber(lane, lane.client, pending.filter(isPending), identity.client);
		}
	}

	memory.load(recall);
	return {
		identity,
		lanes,
		loaded: memory.loaded,
		count: memory.count,
		laneOf,
		change,
		keep,
		remove,
		fail,
		renumber,
		newId: () => `${life}/${++accepted}`,
		all: () => [...lanes.values()].flatMap(({ entries }) => entries),
		storage: () => memory.storage,
		/** The id to name on a frame: none where it is that of the connection. */
		named: (client: string) => (client === identity.client && !isRenamed ? undefined : client),
		find(room: string, seq: number, client = identity.client): [Lane, Entry] | undefined {
			const lane = lanes.get(room);
			const entry = lane?.entries.find((each) => each.item.seq === seq && each.item.client === client && isPending(each));
			return lane && entry && [lane, entry];
		},
		/** The server says who this is. */
		meet(user: string, renewed: boolean) {
			const isFirst = userId === undefined && !hasMet;
			hasMet = true;
			if (memory.meet(user)) handOver(renewed || isFirst || userId === user);
		},
		/** Nothing is taken up or over any more. */
		close() {
			isClosed = true;
			stopWatching();
		},
	};
}
