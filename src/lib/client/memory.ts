/** What this client remembers from one life to the next: who it is, and what it has not got rid of. */
import { newClientId } from './client-id.ts';
import { RealtimeError } from './errors.ts';
import type { OutboxRecord, OutboxStore } from './outbox-store.ts';

export function createMemory(store: OutboxStore, failed: (error: RealtimeError) => void) {
	/** Provisional until the store has answered. `connectionNumber` is that of the present connection, or of the last one. */
	const identity = { client: newClientId(), connectionNumber: 0 };
	let loaded: Promise<void> | undefined;

	/** Holds nobody up: `settled` runs when the write is through or has failed, which is reported. */
	function write(run: () => void | Promise<void>, settled = () => {}) {
		const report = (error: unknown) => failed(new RealtimeError('storage', `the outbox could not be kept: ${error}`, error));
		try {
			const writing = run();
			if (writing) return void writing.catch(report).then(settled);
		} catch (error) {
			report(error);
		}
		settled();
	}

	return {
		identity,
		write,
		/** Takes up what an earlier life left. A store that answers at once gives the client its lasting id before anybody can ask for it. */
		load(adopt: (record: OutboxRecord) => void) {
			const recall = (record: OutboxRecord) => {
				Object.assign(identity, record.identity);
				adopt(record);
			};
			const read = () => {
				const loading = store.load();
				return loading instanceof Promise ? loading.then(recall) : recall(loading);
			};
			loaded = new Promise((resolve) => write(read, resolve));
		},
		/** Resolves once it is known who connects. */
		loaded: async () => loaded,
		/** Counts a connection: its number is kept before anybody hears it. */
		async count(): Promise<void> {
			identity.connectionNumber++;
			await new Promise<void>((resolve) => write(() => store.identify(identity.client, identity.connectionNumber), resolve));
		},
	};
}
