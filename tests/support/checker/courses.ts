/** Follows each subscription from event to event: I2 (duplicates), I5 (dense offsets), I6 (sender's order), I11 (honest recovery). */
import type { EventOf, HistoryEvent } from '../history.ts';
import { type Ledger, type Message, nameOf, type Stream } from './ledger.ts';
import type { Findings } from './violation.ts';

/** A stretch of the log that a subscription passed over: whatever was acknowledged in it, it must have been handed. */
export interface Span {
	stream: Stream;
	epoch: string;
	from: number;
	to: number;
	delivered: ReadonlyMap<Message, EventOf<'deliver'>>;
	/** What shows that it came this far. */
	last: HistoryEvent | null;
}

export function checkCourses(ledger: Ledger, findings: Findings): Span[] {
	return [...ledger.streams.values()].flatMap((stream) => new Course(stream, ledger, findings).walk());
}

class Course {
	readonly #stream: Stream;
	readonly #ledger: Ledger;
	readonly #findings: Findings;
	readonly #spans: Span[] = [];
	#epoch: string | null = null;
	/** The offset that must come next; null while any may. */
	#next: number | null = null;
	/** While any may come next: the head that the replay was promised from, so that what follows lies right behind it. */
	#bound: number | null = null;
	#spanFrom = 0;
	/** The last answer, until the first message after it. */
	#claim: EventOf<'subscribed'> | null = null;
	#last: EventOf<'subscribe' | 'subscribed' | 'deliver'> | null = null;
	#delivered = new Map<Message, EventOf<'deliver'>>();
	#lastOf = new Map<string, EventOf<'deliver'>>();

	constructor(stream: Stream, ledger: Ledger, findings: Findings) {
		this.#stream = stream;
		this.#ledger = ledger;
		this.#findings = findings;
	}

	walk(): Span[] {
		for (const event of this.#stream.events) {
			if (event.type === 'deliver') this.#deliver(event);
			else if (event.type === 'subscribed') this.#subscribed(event);
			else if (event.type === 'live') this.#live(event);
			else if (event.position) this.#startAt(event.position.epoch, event.position.offset + 1);
			if (event.type !== 'live') this.#last = event;
		}
		this.#endSpan();
		return this.#spans;
	}

	#subscribed(event: EventOf<'subscribed'>) {
		const { result, epoch, offset, missing } = event;
		const lie = (why: string) => this.#findings.add('I11', `${this.#who}: "${result}" ${why}`, this.#last, event);
		const known = this.#next === null ? null : this.#next - 1;
		this.#claim = event;
		if (result === 'fresh' || result === 'reset') {
			if (result === 'fresh' && known !== null) lie(`although it was at ${known}: what was missed is passed over in silence`);
			if (result === 'reset' && known !== null && epoch === this.#epoch && known <= offset)
				lie(`although its position ${known} is in this epoch and not beyond the head ${offset}`);
			this.#endSpan();
			this.#epoch = epoch;
			this.#next = null;
			this.#bound = offset;
			this.#delivered = new Map();
			this.#lastOf.clear();
			return;
		}
		if (known === null && this.#bound === null) return lie('although it had no position to resume from');
		if (epoch !== this.#epoch) lie(`from epoch ${this.#epoch} into epoch ${epoch}`);
		if (known !== null && offset < known) lie(`although the head ${offset} is below its position ${known}`);
		if (result === 'gap') this.#gap(known, missing, lie);
	}
	#gap(known: number | null, missing: EventOf<'subscribed'>['missing'], lie: (why: string) => void) {
		const wrong =
			!missing ||
			missing.to < missing.from ||
			(known === null ? missing.from > (this.#bound ?? 0) + 1 : missing.from !== known + 1);
		if (wrong) return lie(`does not name what is missing after its position ${known ?? this.#bound}`);
		const entries = this.#ledger.logs.get(this.#stream.room);
		for (let offset = missing.from; entries?.read.epoch === this.#epoch && offset <= missing.to; offset++) {
			if (entries.entries.has(offset)) return lie(`although ${offset} is still in the log`);
		}
		this.#endSpan();
		this.#startAt(this.#epoch, missing.to + 1);
	}

	#deliver(event: EventOf<'deliver'>) {
		const message = this.#ledger.shown(event);
		const before = this.#delivered.get(message);
		if (before) this.#findings.add('I2', `${this.#who} was handed ${nameOf(message)} twice`, before, event);
		if (this.#next === null) this.#first(event);
		else if (event.epoch !== this.#epoch)
			this.#findings.add('I5', `${this.#who} came into epoch ${event.epoch} without a reset`, this.#last, event);
		else if (event.offset > this.#next) this.#hole(event, this.#next);
		else if (event.offset < this.#next && !before)
			this.#findings.add('I5', `${this.#who} went back from ${this.#next - 1} to ${event.offset}`, this.#last, event);
		this.#next = Math.max(this.#next ?? 0, event.offset + 1);
		this.#claim = null;
		if (before) return;
		this.#delivered.set(message, event);
		this.#order(event, message);
	}
	/** The first message after `fresh` or `reset` may lie anywhere up to the one after the head. */
	#first(event: EventOf<'deliver'>) {
		this.#epoch ??= event.epoch;
		const head = this.#bound ?? event.offset;
		this.#spanFrom = Math.min(event.offset, head + 1);
		if (event.offset > head + 1) this.#hole(event, head + 1);
	}
	#hole(event: EventOf<'deliver'>, next: number) {
		const { offset } = event;
		const what = offset === next + 1 ? `offset ${next} was skipped` : `offsets ${next} to ${offset - 1} were skipped`;
		if (recovers(this.#claim))
			this.#findings.add('I11', `${this.#who}: ${what} after "${this.#claim.result}"`, this.#claim, event);
		else this.#findings.add('I5', `${this.#who}: ${what}`, this.#last, event);
	}
	#order(event: EventOf<'deliver'>, message: Message) {
		const last = this.#lastOf.get(event.sender);
		if (last && last.seq > event.seq)
			this.#findings.add('I6', `${this.#who} was handed ${nameOf(message)} after number ${last.seq}`, last, event);
		this.#lastOf.set(event.sender, event);
	}

	#live(event: EventOf<'live'>) {
		const reached = this.#next === null ? (this.#bound ?? event.offset) : this.#next - 1;
		if (reached < event.offset) {
			const what = `${this.#who} was called live at ${event.offset}, with messages up to ${reached}`;
			this.#findings.add(recovers(this.#claim) ? 'I11' : 'I5', what, this.#last, event);
		}
		this.#claim = null;
		// Nothing was replayed: the log is empty, or its recent part is.
		if (this.#next === null) this.#startAt(this.#epoch, event.offset + 1);
	}

	#startAt(epoch: string | null, next: number) {
		this.#epoch = epoch;
		this.#next = next;
		this.#spanFrom = next;
	}
	#endSpan() {
		if (this.#epoch !== null && this.#next !== null && this.#next > this.#spanFrom) {
			const { epoch, spanFrom: from } = { epoch: this.#epoch, spanFrom: this.#spanFrom };
			this.#spans.push({ stream: this.#stream, epoch, from, to: this.#next - 1, delivered: this.#delivered, last: this.#last });
		}
		this.#spanFrom = this.#next ?? 0;
	}
	get #who() {
		return `${this.#stream.client} in "${this.#stream.room}"`;
	}
}

/** Whether an answer promised that nothing is missing but what it named. */
const recovers = (claim: EventOf<'subscribed'> | null): claim is EventOf<'subscribed'> =>
	claim !== null && (claim.result === 'resumed' || claim.result === 'gap');
