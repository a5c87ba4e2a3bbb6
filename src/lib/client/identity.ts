/** Who this client is for the server: its id and the number of its connections, kept in the store across lives. */
import { RealtimeError } from './errors.ts';
import type { Outbox } from './outbox.ts';
import type { OutboxRecord, OutboxStore } from './outbox-store.ts';

export class Identity {
	/** The number of the present connection, or of the last one. */
	connectionNumber = 0;
	readonly #outbox: Outbox;
	readonly #store: OutboxStore;
	readonly #failed: (error: RealtimeError) => void;
	readonly #loaded: Promise<void>;

	/** Starts to load. A store that answers at once gives the client its lasting id before anybody can ask for it. */
	constructor(outbox: Outbox, store: OutboxStore, failed: (error: RealtimeError) => void) {
		this.#outbox = outbox;
		this.#store = store;
		this.#failed = failed;
		this.#loaded = this.#load();
	}

	/** Counts a connection, once it is known who connects. */
	async next(): Promise<void> {
		await this.#loaded;
		this.connectionNumber++;
		try {
			await this.#store.identify(this.#outbox.client, this.connectionNumber);
		} catch (error) {
			this.#failed(new RealtimeError('storage', `this client's id could not be kept: ${error}`, error));
		}
	}

	async #load() {
		try {
			const loading = this.#store.load();
			this.#adopt(loading instanceof Promise ? await loading : loading);
		} catch (error) {
			this.#failed(new RealtimeError('storage', `what was left unsent could not be read: ${error}`, error));
		}
	}

	#adopt(record: OutboxRecord) {
		this.connectionNumber = record.identity?.connectionNumber ?? 0;
		this.#outbox.adopt(record);
	}
}
