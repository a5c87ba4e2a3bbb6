/** What every answer over HTTP has in common: it follows topics by itself. */
import type { Topics, Wire } from '../wire.ts';

export abstract class HttpWire implements Wire {
	readonly #topics: Topics;
	readonly #followed = new Set<string>();

	constructor(topics: Topics) {
		this.#topics = topics;
	}

	abstract send(text: string): void;
	abstract close(code: number, reason: string): void;
	abstract getBufferedAmount(): number;
	abstract settled(): void;
	/** The client has gone. */
	abstract abort(): void;

	subscribe(topic: string) {
		this.#followed.add(topic);
		this.#topics.add(topic, this);
	}

	unsubscribe(topic: string) {
		this.#followed.delete(topic);
		this.#topics.remove(topic, this);
	}

	/** Leaves every topic. */
	release() {
		for (const topic of this.#followed) this.#topics.remove(topic, this);
		this.#followed.clear();
	}
}

/** The frames of a text, without the brackets of an array. */
export const bare = (text: string): string => (text.startsWith('[') ? text.slice(1, -1) : text);
