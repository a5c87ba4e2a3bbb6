/** Whether leaving the page would lose what is unsent, and when to say so. */
import type { Client } from '../client/types.ts';
import { type Cancel, systemClock } from '../clock.ts';

/** What is stored sooner than this is not worth a word, in milliseconds. */
const QUIET = 1_000;

export class Risk {
	/** Ids of our messages, of all rooms and of every client of this page, that wait to be stored. */
	readonly #unsent = new Set<string>();
	#atRisk = false;
	#told = $state.raw(false);
	#cancel: Cancel = () => {};

	/** Something waits to be stored, and would be gone with this page. */
	get atRisk() {
		return this.#atRisk;
	}

	/** The same, for long enough to tell the person. */
	get told() {
		return this.#told;
	}

	/** Watches a client; the listeners go with it. */
	watch(client: Client) {
		client.on('outbox', ({ id, status }) => {
			if (status === 'queued' || status === 'sending') this.#unsent.add(id);
			else this.#unsent.delete(id);
			this.#weigh(client);
		});
		client.on('error', ({ code }) => code === 'storage' && this.#weigh(client));
	}

	#weigh(client: Client) {
		const atRisk = this.#unsent.size > 0 && client.getConnectionState().storage === 'memory';
		if (atRisk === this.#atRisk) return;
		this.#atRisk = atRisk;
		this.#cancel();
		if (!atRisk) this.#told = false;
		else
			this.#cancel = systemClock.setTimeout(() => {
				this.#told = true;
			}, QUIET);
	}
}
