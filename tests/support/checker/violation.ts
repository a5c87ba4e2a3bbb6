/** A broken promise: which, in a sentence, with the events that show it. */
import type { HistoryEvent } from '../history.ts';

/** The invariants by number. */
export const invariants = {
	I1: 'no loss: what was acknowledged reaches everybody who was there',
	I2: 'no duplicate: nothing is delivered or stored twice',
	I3: 'no phantom: what is delivered was sent, byte for byte',
	I4: 'one message an offset: all clients agree on what lies at a place of the log',
	I5: 'no silent gap: offsets are dense, or the hole was announced first',
	I6: "sender's order: each sender's messages keep the order they were sent in",
	I7: 'one order: no two subscribers see two messages the other way round',
	I8: 'true acks: an ack names the place where the message is, and always the same',
	I9: 'refused means refused: a message that was refused for good is never seen',
	I10: 'durable: what was acknowledged is in the log, whatever crashed',
	I11: 'honest recovery: `resumed`, `gap` and `reset` say what really was recovered',
	I12: 'rights: nobody is handed anything of a room that is closed to them',
	I13: 'estimation: no card is seen before the reveal, and the reveal shows the last one of everybody',
	I14: 'liveness: after the last fault everybody is at the head and every message is answered',
	I15: 'bounded: memory and queues stay below their caps',
} as const;
export type Invariant = keyof typeof invariants;

export interface Violation {
	invariant: Invariant;
	/** One sentence for a person. */
	message: string;
	/** The events that contradict the invariant, in the order of the history. */
	evidence: HistoryEvent[];
}

const order: Invariant[] = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10', 'I11', 'I12', 'I13', 'I14', 'I15'];

/** A broken server breaks a promise a million times; this many of each tell the story. */
const KEPT = 100;

/** Collects violations, at most a bounded number of each. */
export class Findings {
	readonly #found = new Map<Invariant, Violation[]>(order.map((invariant) => [invariant, []]));
	add(invariant: Invariant, message: string, ...evidence: (HistoryEvent | null)[]) {
		const list = this.#found.get(invariant);
		if (list && list.length < KEPT) list.push({ invariant, message, evidence: evidence.filter((event) => event !== null) });
	}
	/** By invariant, in the order of the table. */
	all(): Violation[] {
		return [...this.#found.values()].flat();
	}
}
