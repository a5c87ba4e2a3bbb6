/** A history sorted by what the rules ask for: each message with its answers, each subscription with its course, each room's log. */
import type { EventOf, HistoryEvent } from '../history.ts';
import { getOrMake } from './get-or-make.ts';

/** One message of one sender, whatever is known of it. */
export interface Message {
	room: string;
	sender: string;
	seq: number;
	send: EventOf<'send'> | null;
	acks: EventOf<'ack'>[];
	/** The final refusal. */
	refusal: EventOf<'nack'> | null;
	/** Where it was first seen in the room, by delivery or in the log. */
	seen: Sighting | null;
}
export type Sighting = EventOf<'deliver'> | EventOf<'entry'>;
export type StreamEvent = EventOf<'subscribe' | 'subscribed' | 'deliver' | 'live'>;

/** One subscription from its beginning to its end. */
export interface Stream {
	id: string;
	client: string;
	room: string;
	events: StreamEvent[];
}

/** What is left of a room's log, read at the end. */
export interface RoomLog {
	read: EventOf<'log'>;
	entries: Map<number, EventOf<'entry'>>;
}

export class Ledger {
	readonly events: readonly HistoryEvent[];
	readonly messages: Message[] = [];
	readonly streams = new Map<string, Stream>();
	/** Deliveries and log entries, in the order of the history. */
	readonly sightings: Sighting[] = [];
	readonly logs = new Map<string, RoomLog>();
	readonly crashes: EventOf<'crash'>[] = [];
	/** By room, sender and seq. */
	readonly #index = new Map<string, Map<string, Map<number, Message>>>();

	constructor(events: readonly HistoryEvent[]) {
		this.events = events;
		for (const event of events) this.#add(event);
		for (const sighting of this.sightings) {
			if (sighting.type === 'entry') this.logs.get(sighting.room)?.entries.set(sighting.offset, sighting);
		}
	}

	/** The message with this key; made when nothing was known of it. */
	message(room: string, sender: string, seq: number): Message {
		const senders = getOrMake(this.#index, room, () => new Map<string, Map<number, Message>>());
		const seqs = getOrMake(senders, sender, () => new Map<number, Message>());
		return getOrMake(seqs, seq, () => {
			const message: Message = { room, sender, seq, send: null, acks: [], refusal: null, seen: null };
			this.messages.push(message);
			return message;
		});
	}
	/** The message that a delivery or a log entry shows. */
	shown = (sighting: Sighting) => this.message(sighting.room, sighting.sender, sighting.seq);

	#add(event: HistoryEvent) {
		switch (event.type) {
			case 'send':
				this.message(event.room, event.client, event.seq).send ??= event;
				break;
			case 'ack':
				this.message(event.room, event.client, event.seq).acks.push(event);
				break;
			case 'nack':
				if (!event.retry) this.message(event.room, event.client, event.seq).refusal ??= event;
				break;
			case 'deliver':
				this.#stream(event).events.push(event);
				this.#see(event);
				break;
			case 'entry':
				this.#see(event);
				break;
			case 'subscribe':
			case 'subscribed':
			case 'live':
				this.#stream(event).events.push(event);
				break;
			case 'log':
				this.logs.set(event.room, { read: event, entries: new Map() });
				break;
			case 'crash':
				this.crashes.push(event);
		}
	}
	#see(sighting: Sighting) {
		this.sightings.push(sighting);
		this.shown(sighting).seen ??= sighting;
	}
	#stream({ subscription, client, room }: StreamEvent): Stream {
		return getOrMake(this.streams, subscription, () => ({ id: subscription, client, room, events: [] }));
	}
}

/** How a message is called in a sentence. */
export const nameOf = ({ sender, seq, room }: Pick<Message, 'sender' | 'seq' | 'room'>) =>
	`message ${seq} of ${sender} in "${room}"`;
