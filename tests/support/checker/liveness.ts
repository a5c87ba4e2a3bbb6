/** Whether it ends well: I14 (everybody at the head, everything answered), I15 (bounded). */
import type { EventOf, HistoryEvent } from '../history.ts';
import { getOrMake } from './get-or-make.ts';
import { type Ledger, type Message, nameOf } from './ledger.ts';
import type { Findings } from './violation.ts';

/** Where a subscription stands. */
interface Standing {
	client: string;
	room: string;
	epoch: string | null;
	offset: number;
	last: HistoryEvent;
}

export function checkLiveness(ledger: Ledger, findings: Findings) {
	const state = new State(ledger);
	const over = new Map<string, EventOf<'sample'>>();
	for (const event of ledger.events) {
		state.apply(event);
		if (event.type === 'quiesce') judge(state, event, findings);
		if (event.type === 'sample' && event.value > event.limit && event.value > (over.get(event.name)?.value ?? 0))
			over.set(event.name, event);
	}
	for (const sample of over.values())
		findings.add('I15', `${sample.name} reached ${sample.value}, above its cap ${sample.limit}`, sample);
}

function judge(state: State, quiesce: HistoryEvent, findings: Findings) {
	for (const { client, room, epoch, offset, last } of state.standings.values()) {
		const head = state.heads.get(room);
		if (!head || (epoch === head.epoch && offset >= head.offset)) continue;
		const place = epoch === null || epoch === head.epoch ? `${offset}` : `${offset} of another epoch`;
		findings.add('I14', `${client} is at ${place} in "${room}", the head is ${head.offset}`, last, head.event, quiesce);
	}
	const first = new Map<string, { message: Message; count: number }>();
	for (const message of state.unanswered) {
		const group = `${message.sender} ${message.room}`;
		const known = first.get(group);
		if (known) known.count += 1;
		else first.set(group, { message, count: 1 });
	}
	for (const { message, count } of first.values()) {
		const more = count > 1 ? `, nor were ${count - 1} after it` : '';
		findings.add('I14', `${nameOf(message)} was never answered${more}`, message.send, quiesce);
	}
}

class State {
	readonly standings = new Map<string, Standing>();
	readonly heads = new Map<string, { epoch: string; offset: number; event: HistoryEvent }>();
	readonly unanswered = new Set<Message>();
	readonly #ledger: Ledger;
	/** Epochs that each room has had: a straggler does not bring an old one back. */
	readonly #epochs = new Map<string, Set<string>>();

	constructor(ledger: Ledger) {
		this.#ledger = ledger;
	}
	apply(event: HistoryEvent) {
		switch (event.type) {
			case 'send':
				this.unanswered.add(this.#ledger.message(event.room, event.client, event.seq));
				break;
			case 'ack':
				this.unanswered.delete(this.#ledger.message(event.room, event.client, event.seq));
				this.#head(event);
				break;
			case 'nack':
				if (!event.retry) this.unanswered.delete(this.#ledger.message(event.room, event.client, event.seq));
				break;
			case 'subscribe': {
				const { client, room, position } = event;
				this.standings.set(event.subscription, {
					client,
					room,
					epoch: position?.epoch ?? null,
					offset: position?.offset ?? 0,
					last: event,
				});
				break;
			}
			case 'subscribed': {
				// What was recovered counts once it was delivered; the place before it is where the gap ends.
				if (event.result === 'gap') this.#move(event, event.epoch, event.missing?.to ?? 0);
				else if (event.result !== 'resumed') this.#move(event, event.epoch, 0);
				this.#head(event);
				break;
			}
			case 'live':
				this.#move(event, null, event.offset);
				break;
			case 'deliver':
				this.#move(event, event.epoch, event.offset);
				this.#head(event);
				break;
			case 'unsubscribe':
				this.standings.delete(event.subscription);
				break;
			case 'leave':
				for (const [id, { client }] of this.standings) if (client === event.client) this.standings.delete(id);
				for (const message of this.unanswered) if (message.sender === event.client) this.unanswered.delete(message);
		}
	}
	#move(event: EventOf<'subscribed' | 'live' | 'deliver'>, epoch: string | null, offset: number) {
		const standing = this.standings.get(event.subscription);
		if (standing) Object.assign(standing, { epoch: epoch ?? standing.epoch, offset, last: event });
	}
	/** The newest epoch that anybody saw is the room's; its highest offset is the head. */
	#head(event: EventOf<'ack' | 'subscribed' | 'deliver'>) {
		const head = this.heads.get(event.room);
		const epochs = getOrMake(this.#epochs, event.room, () => new Set<string>());
		if (head && head.epoch !== event.epoch && epochs.has(event.epoch)) return;
		epochs.add(event.epoch);
		if (!head || head.epoch !== event.epoch || head.offset < event.offset)
			this.heads.set(event.room, { epoch: event.epoch, offset: event.offset, event });
	}
}
