/** The outbox as records in IndexedDB. Whatever is read there may be anything: what does not validate is dropped, and counted. */
import { unwrap, wrap } from 'idb';
import * as v from 'valibot';
import { errorCodes } from '../protocol/codes.ts';
import { roomName } from '../protocol/frames.ts';
import { RealtimeError } from './errors.ts';
import type { OutboxItem } from './types.ts';

const NAME = 'holdfast-outbox';
/** Raise it with each change of what is stored, and let `upgrade` bring the old along. */
const VERSION = 1;

const client = v.pipe(v.string(), v.minLength(1));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** `life`: another one each time that a document takes the client up. */
const owner = v.object({ client, connectionNumber: count, user: v.nullable(v.string()), life: v.string() });
const sequence = v.object({ client, room: roomName, seq: count });
const refusal = v.object({ code: v.picklist(errorCodes), message: v.string() });
const stored = v.object({
	id: v.string(),
	client,
	room: roomName,
	seq: v.pipe(count, v.minValue(1)),
	kind: v.string(),
	data: v.unknown(),
	at: v.number(),
	status: v.picklist(['queued', 'sending', 'failed']),
	// A message is worth more than the reason why it was refused.
	error: v.fallback(v.optional(refusal), undefined),
});

/** A client that has been, or is, in some tab of this browser. */
export type Owner = v.InferOutput<typeof owner>;

/** What one client has in the database. */
export interface Left {
	/** Null: the database does not know this client, or no longer. */
	owner: Owner | null;
	sequences: v.InferOutput<typeof sequence>[];
	items: OutboxItem[];
	damaged: number;
}

export interface Write {
	/** Known from then on, if it was not before. */
	owner?: Owner | undefined;
	/** The highest seq of the item's client and room; left out where it stays what it is. */
	seq?: number | undefined;
	/** Goes in the same transaction. */
	replaced?: OutboxItem | undefined;
}

const valid = <Schema extends v.GenericSchema>(schema: Schema, values: unknown[]): v.InferOutput<Schema>[] =>
	values.map((value) => v.safeParse(schema, value)).flatMap(({ success, output }) => (success ? [output] : []));
/** All keys that begin with this client: arrays sort behind texts and numbers. */
const all = (client: string) => IDBKeyRange.bound([client], [client, []]);
const keyOf = ({ client, room, seq }: OutboxItem) => [client, room, seq];

function revive(item: v.InferOutput<typeof stored>): OutboxItem {
	const { error, ...rest } = item;
	return error ? { ...rest, error: new RealtimeError(error.code, error.message) } : rest;
}

/** An error is no plain record: its code would not survive the copy. */
const flat = ({ error, ...item }: OutboxItem) =>
	error ? { ...item, error: { code: error.code, message: error.message } } : item;

export type Database = Awaited<ReturnType<typeof openDatabase>>;

/** @param closed the browser, or a newer version of the page in another tab, needed it closed: nothing can be kept any more */
export async function openDatabase(factory: IDBFactory, closed: (why: Error) => void) {
	const request = factory.open(NAME, VERSION);
	request.onupgradeneeded = ({ oldVersion }) => {
		if (oldVersion >= 1) return;
		request.result.createObjectStore('clients', { keyPath: 'client' });
		request.result.createObjectStore('sequences', { keyPath: ['client', 'room'] });
		request.result.createObjectStore('items', { keyPath: ['client', 'room', 'seq'] });
	};
	const database = await wrap(request);
	if (!database) throw new Error('the database did not open');
	const raw = unwrap(database);
	raw.onversionchange = () => {
		raw.close();
		closed(new Error('a newer version of this page is open in another tab'));
	};
	raw.onclose = () => closed(new Error('the browser has closed the database'));

	return {
		close: () => raw.close(),

		async owners(): Promise<Owner[]> {
			return valid(owner, await database.getAll('clients'));
		},

		async left(client: string): Promise<Left> {
			const tables = database.transaction(['clients', 'sequences', 'items']);
			const [known, sequences, keys, values] = await Promise.all([
				tables.objectStore('clients').get(client),
				tables.objectStore('sequences').getAll(all(client)),
				tables.objectStore('items').getAllKeys(all(client)),
				tables.objectStore('items').getAll(all(client)),
			]);
			const broken = keys.filter((_, index) => !v.is(stored, values[index]));
			for (const key of broken) await database.delete('items', key);
			return {
				owner: valid(owner, [known])[0] ?? null,
				sequences: valid(sequence, sequences),
				items: valid(stored, values).map(revive),
				damaged: broken.length,
			};
		},

		async identify(owner: Owner): Promise<void> {
			await database.put('clients', owner);
		},

		/**
		 * All requests go out at once and the commit is not left to the browser: a page that is reloaded in this tick has written.
		 * Strict: after a power cut no seq that was sent may be unknown here, since it would be handed out again.
		 */
		async put(item: OutboxItem, { owner, seq, replaced }: Write): Promise<void> {
			const tables = database.transaction(['clients', 'sequences', 'items'], 'readwrite', { durability: 'strict' });
			const { client, room } = item;
			const writes: Promise<unknown>[] = [tables.done];
			if (owner) writes.push(tables.objectStore('clients').put(owner));
			if (replaced) writes.push(tables.objectStore('items').delete(keyOf(replaced)));
			if (seq !== undefined) writes.push(tables.objectStore('sequences').put({ client, room, seq }));
			writes.push(tables.objectStore('items').put(flat(item)));
			tables.commit();
			await Promise.all(writes);
		},

		async remove(item: OutboxItem): Promise<void> {
			await database.delete('items', keyOf(item));
		},

		/** The client is gone and has nothing left. */
		async forget(client: string): Promise<void> {
			const tables = database.transaction(['clients', 'sequences', 'items'], 'readwrite');
			await Promise.all([
				tables.objectStore('clients').delete(client),
				tables.objectStore('sequences').delete(all(client)),
				tables.objectStore('items').delete(all(client)),
				tables.done,
			]);
		},
	};
}
