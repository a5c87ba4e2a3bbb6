/** Histories written by hand, one short line an event, for the tests of the checker. */
import { createRecorder, type EventOf } from '../../support/history.ts';

/** Everything happens in room "r" and epoch "e"; a client has one subscription, named after it. */
export class Story {
	#time = 0;
	readonly #recorder = createRecorder({ now: () => ++this.#time });
	room = 'r';
	epoch = 'e';

	get events() {
		return this.#recorder.events;
	}
	send(client: string, seq: number, hash = `${client}${seq}`) {
		this.#recorder.record({ type: 'send', client, room: this.room, seq, hash });
		return this;
	}
	ack(client: string, seq: number, offset: number) {
		this.#recorder.record({ type: 'ack', client, room: this.room, seq, epoch: this.epoch, offset });
		return this;
	}
	nack(client: string, seq: number, retry = false) {
		this.#recorder.record({ type: 'nack', client, room: this.room, seq, code: 'invalid-data', retry });
		return this;
	}
	/** Subscribes from now, or from an offset. */
	subscribe(client: string, offset?: number) {
		const position = offset === undefined ? undefined : { epoch: this.epoch, offset };
		this.#recorder.record({ type: 'subscribe', ...this.#stream(client), position });
		return this;
	}
	subscribed(client: string, result: EventOf<'subscribed'>['result'], offset: number, missing?: { from: number; to: number }) {
		this.#recorder.record({ type: 'subscribed', ...this.#stream(client), result, epoch: this.epoch, offset, missing });
		return this;
	}
	deliver(client: string, offset: number, sender: string, seq: number, hash = `${sender}${seq}`) {
		this.#recorder.record({ type: 'deliver', ...this.#stream(client), epoch: this.epoch, offset, sender, seq, hash });
		return this;
	}
	vote(client: string, seq: number, round: number, value: string | null) {
		this.#recorder.record({ type: 'send', client, room: this.room, seq, hash: `${client}${seq}`, vote: { round, value } });
		return this;
	}
	/** As `deliver`, of a vote or a reveal: whose it is, and the cards that a reveal shows. */
	tell(client: string, offset: number, sender: string, seq: number, round?: number, votes?: Record<string, string>) {
		const estimated = { user: sender, ...(round !== undefined && votes && { reveal: { round, votes } }) };
		const hash = `${sender}${seq}`;
		this.#recorder.record({
			type: 'deliver',
			...this.#stream(client),
			epoch: this.epoch,
			offset,
			sender,
			seq,
			hash,
			...estimated,
		});
		return this;
	}
	expose(client: string) {
		this.#recorder.record({ type: 'exposed', ...this.#stream(client), detail: '{}' });
		return this;
	}
	live(client: string, offset: number) {
		this.#recorder.record({ type: 'live', ...this.#stream(client), offset });
		return this;
	}
	unsubscribe(client: string) {
		this.#recorder.record({ type: 'unsubscribe', ...this.#stream(client) });
		return this;
	}
	right(client: string, may: boolean) {
		this.#recorder.record({ type: 'right', client, room: this.room, may });
		return this;
	}
	leave(client: string) {
		this.#recorder.record({ type: 'leave', client });
		return this;
	}
	crash() {
		this.#recorder.record({ type: 'fault', kind: 'kill' });
		this.#recorder.record({ type: 'crash', node: 'n' });
		this.#recorder.record({ type: 'restart', node: 'n' });
		return this;
	}
	quiesce() {
		this.#recorder.record({ type: 'quiesce' });
		return this;
	}
	/** The log at the end: `[sender, seq]` from the offset `from` on. */
	log(from: number, ...entries: [string, number][]) {
		const { room, epoch } = this;
		for (const [at, [sender, seq]] of entries.entries())
			this.#recorder.record({ type: 'entry', room, epoch, offset: from + at, sender, seq, hash: `${sender}${seq}` });
		this.#recorder.record({ type: 'log', room, epoch, from, to: from + entries.length - 1 });
		return this;
	}
	sample(name: string, value: number, limit: number) {
		this.#recorder.record({ type: 'sample', name, value, limit });
		return this;
	}
	#stream(client: string) {
		return { client, subscription: `${client}@${this.room}`, room: this.room };
	}
}

/** A room that "ann" is in from its first message on. */
export const room = () => new Story().subscribe('ann').subscribed('ann', 'fresh', 0).live('ann', 0);
