/** Whether everybody sees the same log: I4 (one message an offset), I7 (one order, judged without looking at offsets). */
import type { EventOf } from '../history.ts';
import { getOrMake } from './get-or-make.ts';
import { type Ledger, type Message, nameOf, type Sighting } from './ledger.ts';
import type { Findings } from './violation.ts';

export function checkOrder(ledger: Ledger, findings: Findings) {
	// A new epoch is a new log, which may come to another order.
	const tangled = new Set(
		[...new Set(ledger.sightings.map(({ epoch }) => epoch))].flatMap((epoch) => checkOneOrder(ledger, epoch, findings)),
	);
	const places = new Map<string, Map<number, Sighting | EventOf<'ack'>>>();
	const told = new Set<Message>();
	for (const event of claims(ledger)) {
		const log = `${event.epoch} ${event.room}`;
		const offsets = getOrMake(places, log, () => new Map<number, Sighting | EventOf<'ack'>>());
		const first = offsets.get(event.offset);
		if (!first) {
			offsets.set(event.offset, event);
			continue;
		}
		const [one, other] = [messageOf(ledger, first), messageOf(ledger, event)];
		// An ack for a place where something else was seen is a lie of the ack: I8 and I1 tell it better.
		if (one === other || told.has(other) || (first.type === 'ack') !== (event.type === 'ack')) continue;
		// The same messages the other way round are a matter of order, told as I7.
		if (tangled.has(one) && tangled.has(other)) continue;
		told.add(other);
		findings.add('I4', `offset ${event.offset} holds ${nameOf(one)} and ${nameOf(other)}`, first, event);
	}
}

/** Who says what lies where. Sightings come first: they are compared among themselves, and acks with acks. */
function* claims(ledger: Ledger): Generator<Sighting | EventOf<'ack'>> {
	yield* ledger.sightings;
	for (const message of ledger.messages) yield* message.acks;
}
const messageOf = (ledger: Ledger, event: Sighting | EventOf<'ack'>) =>
	event.type === 'ack' ? ledger.message(event.room, event.client, event.seq) : ledger.shown(event);

/** An edge says: this subscriber saw `from` right before `to`. */
interface Edge {
	from: EventOf<'deliver'>;
	to: EventOf<'deliver'>;
}

/** One order exists exactly when "was seen right before" has no circle. Returns the messages on circles. */
function checkOneOrder(ledger: Ledger, epoch: string, findings: Findings): Message[] {
	if (climbs(ledger, epoch)) return [];
	const next = new Map<Message, Map<Message, Edge>>();
	const previous = new Map<Message, Set<Message>>();
	for (const edge of edges(ledger, epoch)) {
		const [from, to] = [ledger.shown(edge.from), ledger.shown(edge.to)];
		if (from === to) continue;
		getOrMake(next, from, () => new Map()).set(to, edge);
		getOrMake(previous, to, () => new Set()).add(from);
	}
	const left = new Set([...next.keys(), ...previous.keys()]);
	const successors = (message: Message) => next.get(message)?.keys() ?? [];
	const predecessors = (message: Message) => previous.get(message)?.keys() ?? [];
	prune(left, predecessors, successors);
	prune(left, successors, predecessors);
	const told = new Set<Message>();
	for (const message of left) {
		for (const edge of next.get(message)?.values() ?? []) {
			const [one, other] = [ledger.shown(edge.from), ledger.shown(edge.to)];
			const back = left.has(other) && !told.has(other) ? (next.get(other)?.get(one) ?? firstOf(next.get(other), left)) : null;
			if (!back) continue;
			told.add(one);
			const what = `${edge.from.client} saw ${nameOf(one)} before ${nameOf(other)}, ${back.from.client} did not`;
			findings.add('I7', what, edge.from, edge.to, back.from, back.to);
		}
	}
	return [...left];
}

/** Whether the places of the first sightings rise along every edge: then there is no circle, and nothing to build. */
function climbs(ledger: Ledger, epoch: string): boolean {
	for (const { from, to } of edges(ledger, epoch)) {
		const [lower, higher] = [ledger.shown(from).seen, ledger.shown(to).seen];
		if (!lower || !higher || lower.epoch !== higher.epoch || lower.offset >= higher.offset) return false;
	}
	return true;
}

/** Neighbours in each stream, within one epoch. A message handed twice counts where it came first. */
function* edges(ledger: Ledger, epoch: string): Generator<Edge> {
	for (const stream of ledger.streams.values()) {
		let last: EventOf<'deliver'> | null = null;
		let seen = new Set<Message>();
		for (const event of stream.events) {
			if (event.type === 'subscribed' && (event.result === 'reset' || event.result === 'fresh')) {
				last = null;
				seen = new Set();
			}
			if (event.type !== 'deliver' || event.epoch !== epoch || seen.has(ledger.shown(event))) continue;
			seen.add(ledger.shown(event));
			if (last) yield { from: last, to: event };
			last = event;
		}
	}
}

/** Takes away, again and again, what has no neighbour left on one side. */
function prune(
	left: Set<Message>,
	towards: (message: Message) => Iterable<Message>,
	away: (message: Message) => Iterable<Message>,
) {
	const degrees = new Map<Message, number>();
	const free: Message[] = [];
	for (const message of left) {
		let degree = 0;
		for (const neighbour of towards(message)) if (left.has(neighbour)) degree += 1;
		degrees.set(message, degree);
		if (degree === 0) free.push(message);
	}
	for (let message = free.pop(); message; message = free.pop()) {
		left.delete(message);
		for (const neighbour of away(message)) {
			const degree = (degrees.get(neighbour) ?? 0) - 1;
			degrees.set(neighbour, degree);
			if (degree === 0 && left.has(neighbour)) free.push(neighbour);
		}
	}
}

const firstOf = (edges: Map<Message, Edge> | undefined, left: Set<Message>) => {
	for (const [message, edge] of edges ?? []) if (left.has(message)) return edge;
	return null;
};
