/** A room that keeps its promises, in memory: random steps through it give good histories of every kind. */
import fc from 'fast-check';
import { createRecorder, type HistoryEvent } from '../../support/history.ts';

const clients = ['ann', 'bob', 'cat', 'dan'] as const;
const client = fc.constantFrom(...clients);

export const step = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), client }) },
	{ weight: 4, arbitrary: fc.record({ do: fc.constant('store' as const), client, ackLost: fc.boolean(), refuse: fc.nat(9) }) },
	{ weight: 8, arbitrary: fc.record({ do: fc.constant('read' as const), client, count: fc.integer({ min: 1, max: 4 }) }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('reconnect' as const), client }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('return' as const), client, keep: fc.boolean() }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('trim' as const), count: fc.integer({ min: 1, max: 5 }) }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), lost: fc.boolean() }) },
);
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

interface Person {
	sent: number;
	/** Sent and not yet answered, in order; the first may be stored already, with its ack lost. */
	outbox: { seq: number; hash: string }[];
	subscription: number;
	position: { epoch: string; offset: number } | null;
	/** Where the replay ends, until it has been told. */
	replay: number | null;
}

export function play(steps: readonly Step[]): readonly HistoryEvent[] {
	let time = 0;
	let epoch = 1;
	let floor = 0;
	let log: { sender: string; seq: number; hash: string }[] = [];
	const refused = new Set<string>();
	const { events, record } = createRecorder({ now: () => ++time });
	const people = new Map<string, Person>(
		clients.map((name) => [name, { sent: 0, outbox: [], subscription: 0, position: null, replay: null }]),
	);
	const head = () => floor + log.length;
	const stream = (name: string, person: Person) => ({ client: name, subscription: `${name}-${person.subscription}`, room: 'r' });

	function answer(name: string, person: Person) {
		const { position } = person;
		person.replay = head();
		const about = { type: 'subscribed' as const, ...stream(name, person), epoch: `e${epoch}`, offset: head() };
		if (!position) record({ ...about, result: 'fresh' });
		else if (position.epoch !== `e${epoch}` || position.offset > head()) record({ ...about, result: 'reset' });
		else if (position.offset >= floor) return record({ ...about, result: 'resumed' });
		else {
			record({ ...about, result: 'gap', missing: { from: position.offset + 1, to: floor } });
			position.offset = floor;
			return;
		}
		person.position = { epoch: `e${epoch}`, offset: Math.max(floor, head() - 2) };
	}
	function subscribe(name: string, person: Person, keep: boolean) {
		person.subscription += 1;
		if (!keep) person.position = null;
		record({ type: 'subscribe', ...stream(name, person), position: person.position ? { ...person.position } : undefined });
		answer(name, person);
	}
	function read(name: string, person: Person, count: number) {
		for (let left = count; left > 0 && person.position; left--) {
			// A replay that retention overtook, or a lost log, is told at the next answer.
			if (person.position.epoch !== `e${epoch}` || person.position.offset < floor) return answer(name, person);
			const stored = log[person.position.offset - floor];
			if (stored)
				record({ type: 'deliver', ...stream(name, person), ...person.position, offset: ++person.position.offset, ...stored });
			if (person.replay !== null && person.position.offset >= person.replay) {
				record({ type: 'live', ...stream(name, person), offset: person.replay });
				person.replay = null;
			}
		}
	}
	function store(name: string, person: Person, ackLost: boolean, refuse: boolean) {
		const message = person.outbox[0];
		if (!message) return;
		const about = { client: name, room: 'r', seq: message.seq };
		const key = `${name}${message.seq}`;
		let at = log.findIndex(({ sender, seq }) => sender === name && seq === message.seq);
		if (at < 0 && (refuse || refused.has(key))) {
			refused.add(key);
			record({ type: 'nack', ...about, code: 'invalid-data', retry: false });
		} else {
			if (at < 0) at = log.push({ sender: name, ...message }) - 1;
			if (ackLost) return;
			record({ type: 'ack', ...about, epoch: `e${epoch}`, offset: floor + at + 1 });
		}
		person.outbox.shift();
	}
	function take(step: Step) {
		if (step.do === 'trim') {
			// What is stored and not yet acked stays findable, as receipts make it.
			const waiting = log.findIndex(({ sender, seq }) => people.get(sender)?.outbox.some((each) => each.seq === seq));
			const count = Math.min(step.count, waiting < 0 ? log.length : waiting);
			log = log.slice(count);
			floor += count;
			return;
		}
		if (step.do === 'crash') {
			record({ type: 'crash', node: 'n' });
			if (!step.lost) return;
			epoch += 1;
			floor = 0;
			log = [];
			return;
		}
		const person = people.get(step.client);
		if (!person) return;
		if (step.do === 'send') {
			const message = { seq: ++person.sent, hash: `${step.client}${person.sent}` };
			person.outbox.push(message);
			record({ type: 'send', client: step.client, room: 'r', ...message });
		} else if (step.do === 'store') store(step.client, person, step.ackLost, step.refuse === 0);
		else if (step.do === 'read') read(step.client, person, step.count);
		else if (step.do === 'reconnect' && person.subscription > 0) answer(step.client, person);
		else {
			if (person.subscription > 0) record({ type: 'unsubscribe', ...stream(step.client, person) });
			subscribe(step.client, person, step.do === 'return' && step.keep);
		}
	}

	for (const [name, person] of people) subscribe(name, person, false);
	for (const each of steps) take(each);
	for (const [name, person] of people) while (person.outbox.length > 0) store(name, person, false, false);
	for (const [name, person] of people) {
		answer(name, person);
		read(name, person, log.length + 2);
	}
	record({ type: 'quiesce' });
	for (const [at, entry] of log.entries())
		record({ type: 'entry', room: 'r', epoch: `e${epoch}`, offset: floor + at + 1, ...entry });
	record({ type: 'log', room: 'r', epoch: `e${epoch}`, from: floor + 1, to: head() });
	return events;
}
