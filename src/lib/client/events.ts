/** A tiny typed emitter. A listener that throws is reported and never keeps the others, or the client, from going on. */

export class Emitter<Events> {
	readonly #listeners: { [Name in keyof Events]?: Set<Events[Name]> } = {};
	readonly #failed: (error: unknown, event: keyof Events) => void;

	constructor(failed: (error: unknown, event: keyof Events) => void) {
		this.#failed = failed;
	}

	/** Listens; returns the function that stops it. The same function given twice is called once. */
	on<Name extends keyof Events>(event: Name, listener: Events[Name]): () => void {
		const listeners = this.#listeners[event] ?? new Set();
		this.#listeners[event] = listeners;
		listeners.add(listener);
		return () => listeners.delete(listener);
	}

	/** Hands each listener to `call`, which calls it: so the arguments are checked where they are known. */
	emit<Name extends keyof Events>(event: Name, call: (listener: Events[Name]) => void): void {
		for (const listener of [...(this.#listeners[event] ?? [])]) {
			try {
				call(listener);
			} catch (error) {
				this.#failed(error, event);
			}
		}
	}
}
