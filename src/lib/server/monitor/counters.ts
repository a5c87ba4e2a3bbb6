/** Counts since the start or the last reset: plain numbers, so that counting costs nothing where a message passes. */
import type { Subscribed } from '../../protocol/frames.ts';
import type { TransportName } from '../connection.ts';

export class Counters {
	/** Publishes that came in; of those that were answered: stored, stored before, refused. */
	received = 0;
	stored = 0;
	duplicates = 0;
	failed = 0;
	/** Messages handed to connections: live ones, and replays. */
	delivered = 0;
	/** What was answered to subscribes. */
	readonly recovery: Record<Subscribed['result'], number> = { fresh: 0, resumed: 0, gap: 0, reset: 0 };
	/** Clients that came back after a drop, by their own account. */
	reconnects = 0;
	/** Ways to us that were welcomed, and that were not (turned away, or gone before their hello): WebSockets, event streams, and stays on long-polling. */
	readonly welcomed: Record<TransportName, number> = { websocket: 0, 'event-stream': 0, 'long-polling': 0 };
	readonly refused: Record<TransportName, number> = { websocket: 0, 'event-stream': 0, 'long-polling': 0 };

	/** Begins anew, in place: everybody who counts holds on to this object. */
	reset() {
		Object.assign(this, { received: 0, stored: 0, duplicates: 0, failed: 0, delivered: 0, reconnects: 0 });
		for (const each of [this.recovery, this.welcomed, this.refused]) for (const name in each) Object.assign(each, { [name]: 0 });
	}
}
