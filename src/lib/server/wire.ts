/** What a connection is written to, whatever carries it, and the topics of those whom Bun's publish does not reach. */

/** Bun's WebSocket is one as it stands; over HTTP an answer takes its place. */
export interface Wire {
	send(text: string): unknown;
	close(code: number, reason: string): unknown;
	subscribe(topic: string): unknown;
	unsubscribe(topic: string): unknown;
	/** Bytes that wait for the reader. */
	getBufferedAmount(): number;
	/** A replay has ended, or waits for the reader. */
	settled?(): void;
}

/** Who follows a topic over HTTP. */
export class Topics {
	readonly #wires = new Map<string, Set<Wire>>();

	publish(topic: string, text: string) {
		const wires = this.#wires.get(topic);
		if (wires) for (const wire of wires) wire.send(text);
	}

	add(topic: string, wire: Wire) {
		const wires = this.#wires.get(topic);
		if (wires) wires.add(wire);
		else this.#wires.set(topic, new Set([wire]));
	}

	remove(topic: string, wire: Wire) {
		const wires = this.#wires.get(topic);
		wires?.delete(wire);
		if (wires?.size === 0) this.#wires.delete(topic);
	}

	/** Topics that somebody follows now. */
	get count(): number {
		return this.#wires.size;
	}
}
