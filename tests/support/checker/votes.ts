/** I13: no card is seen before its round is revealed, and a reveal shows the last card of everybody who voted in it. */
import type { EventOf, HistoryEvent } from '../history.ts';
import { getOrMake } from './get-or-make.ts';
import type { Findings } from './violation.ts';

type Delivery = EventOf<'deliver'>;
type Vote = Exclude<EventOf<'send'>['vote'], undefined>;

export function checkVotes(events: readonly HistoryEvent[], findings: Findings) {
	const votes = new Map<string, Vote>();
	/** What lies where, as somebody saw it, by room and epoch. */
	const logs = new Map<string, Map<number, Delivery>>();
	for (const event of events) {
		if (event.type === 'exposed') findings.add('I13', `${event.client} saw a card before the reveal`, event);
		if (event.type === 'send' && event.vote) votes.set(keyOf(event.client, event), event.vote);
		if (event.type === 'deliver') getOrMake(logs, `${event.epoch} ${event.room}`, () => new Map()).set(event.offset, event);
	}
	for (const log of logs.values())
		for (const delivery of log.values()) if (delivery.reveal) checkReveal(delivery, delivery.reveal, log, votes, findings);
}

/** Walks back from a reveal to the beginning of its round. Before a place that nobody saw, nothing is known. */
function checkReveal(
	delivery: Delivery,
	{ round, votes: shown }: Exclude<Delivery['reveal'], undefined>,
	log: ReadonlyMap<number, Delivery>,
	votes: ReadonlyMap<string, Vote>,
	findings: Findings,
) {
	const last = new Map<string, string | null>();
	let whole = false;
	for (let offset = delivery.offset - 1; ; offset--) {
		const before = log.get(offset);
		if (!before) {
			whole = offset === 0;
			break;
		}
		const vote = votes.get(keyOf(before.sender, before));
		if (vote && vote.round < round) {
			whole = true;
			break;
		}
		if (!vote || vote.round !== round || before.user === undefined || last.has(before.user)) continue;
		last.set(before.user, vote.value);
		if ((shown[before.user] ?? null) !== vote.value)
			findings.add('I13', `${before.user} voted ${vote.value} in round ${round}, and it shows another card`, before, delivery);
	}
	for (const user of whole ? Object.keys(shown) : [])
		if (!last.has(user)) findings.add('I13', `${user} never voted in round ${round}, and it shows a card of theirs`, delivery);
}

const keyOf = (client: string, { room, seq }: { room: string; seq: number }) => `${client} ${room} ${seq}`;
