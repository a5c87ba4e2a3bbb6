/** What this client remembers from one life to the next: who it is, and what it has not got rid of. */
import { newClientId } from './client-id.ts';
import { RealtimeError } from './errors.ts';
import type { OutboxRecord, OutboxStore } from './outbox-store.ts';

const NOTHING: OutboxRecord = { identity: null, sequences: [], items: [] };

/** @param expected whom the page takes itself for */
export function createMemory(store: OutboxStore, failed: (error: RealtimeError) => void, expected?: string) {
	/** Provisional until the store has answered. `connectionNumber` is that of the present connection, or of the last one. */
	const identity = { client: newClientId(), connectionNumber: 0 };
	/** Whose messages the store holds under this client: as the page expects, or as a server has said. */
	let owner = expected ?? null;
	let hasMet = false;
	let hasFailed = false;
	let loaded: Promise<void> | undefined;

	function report(message: string, cause?: unknown) {
		failed(new RealtimeError('storage', message, cause));
	}

	/** Holds nobody up: `settled` runs when the write is through or has failed, which is reported. */
	function write(run: () => void | Promise<void>, settled = () => {}) {
		const fail = (error: unknown) => {
			hasFailed = true;
			report(`the outbox could not be kept: ${error}`, error);
		};
		try {
			const writing = run();
			if (writing) return void writing.catch(fail).then(settled);
		} catch (error) {
			fail(error);
		}
		settled();
	}

	const identify = (user: string | null) =>
		new Promise<void>((resolve) => write(() => store.identify(identity.client, identity.connectionNumber, user), resolve));

	return {
		identity,
		write,
		damaged(count = 0) {
			if (count > 0) report(`${count} unsent messages could not be read, and are gone`);
		},
		/** Whether what waits outlives the page. */
		get storage(): 'durable' | 'memory' {
			return store.durable && !hasFailed ? 'durable' : 'memory';
		},
		/** Takes up what an earlier life left, or nothing. A store that answers at once gives the client its lasting id before anybody can ask for it. */
		load(recall: (record: OutboxRecord) => void) {
			let found = NOTHING;
			const keep = (record: OutboxRecord) => {
				found = record;
			};
			const read = () => {
				const loading = store.load(expected ?? null);
				return loading instanceof Promise ? loading.then(keep) : keep(loading);
			};
			const done = () => {
				if (found.identity) {
					const { client, connectionNumber, user } = found.identity;
					Object.assign(identity, { client, connectionNumber });
					owner = user ?? owner;
				}
				recall(found);
			};
			loaded = new Promise((resolve) => {
				write(read, () => {
					done();
					resolve();
				});
			});
		},
		/** Resolves once it is known who connects. */
		loaded: async () => loaded,
		/** Counts a connection: its number is kept before anybody hears it. */
		async count(): Promise<{ client: string; connectionNumber: number }> {
			identity.connectionNumber++;
			// Taken now: another link may be counted before this one is kept.
			const counted = { ...identity };
			await identify(null);
			// Or another page has taken the id over: greeting with it would end that page, or this one.
			return counted.client === identity.client ? counted : this.count();
		},
		/** Begins anew, under an id that nobody has used. */
		renew() {
			identity.client = newClientId();
			void identify(hasMet ? owner : null);
		},
		/** The server says who this is. True when what is kept under this client is somebody else's: an id has one owner for good. */
		meet(user: string): boolean {
			const isOther = owner !== null && owner !== user;
			if (hasMet && !isOther) return false;
			hasMet = true;
			owner = user;
			if (isOther) this.renew();
			else void identify(user);
			return isOther;
		},
	};
}
