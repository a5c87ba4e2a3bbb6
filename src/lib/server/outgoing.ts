/** What leaves in this tick: a connection's frames gather here and go out as one array, one system call. */
import type { Connection } from './connection.ts';

/** Bun's publish: sends a text to every socket of a topic at the end of the tick. */
export type Publish = (topic: string, text: string) => number;

export class Outgoing {
	readonly #frames = new Map<Connection, string[]>();
	#scheduled = false;
	readonly #run: () => void;

	readonly #publish: Publish;

	/** `guard` wraps the flush that the event loop calls. */
	constructor(publish: Publish, guard: (flush: () => void) => () => void) {
		this.#publish = publish;
		this.#run = guard(() => {
			this.#scheduled = false;
			this.flushAll();
		});
	}

	add(connection: Connection, frame: string) {
		const frames = this.#frames.get(connection);
		if (frames) frames.push(frame);
		else this.#frames.set(connection, [frame]);
		if (this.#scheduled) return;
		this.#scheduled = true;
		setImmediate(this.#run);
	}

	/** Sends what waits for one connection. */
	flush(connection: Connection) {
		const frames = this.#frames.get(connection);
		if (!frames) return;
		this.#frames.delete(connection);
		for (const text of arrays(frames)) {
			// Published to a topic of its own, an ack shares the system call with the room's messages of the same tick.
			if (connection.speaks) this.#publish(connection.id, text);
			else connection.write(text);
		}
	}

	/** Sends what waits for anybody: before a publish, so that a replay never arrives after what followed it. */
	flushAll() {
		for (const connection of [...this.#frames.keys()]) this.flush(connection);
	}
}

/** Characters in one array: a long replay is cut, so that a phone can show its beginning while the rest is on its way. */
const ARRAY_LENGTH = 262_144;

/** Frames as texts, each one frame or an array of frames. */
export function arrays(frames: readonly string[]): readonly string[] {
	if (frames.length === 1) return frames;
	const texts: string[] = [];
	let start = 0;
	let length = 0;
	for (let index = 0; index < frames.length; index++) {
		length += frames[index]?.length ?? 0;
		if (length < ARRAY_LENGTH && index < frames.length - 1) continue;
		texts.push(`[${frames.slice(start, index + 1).join(',')}]`);
		start = index + 1;
		length = 0;
	}
	return texts;
}
