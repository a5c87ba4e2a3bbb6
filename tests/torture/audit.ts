/** Reads every room's log from its beginning with a client of its own, past the proxy, and puts what it holds into the history. */
import type { EventOf, HistoryEvent, Recorder } from '../support/history.ts';
import { until } from '../support/until.ts';
import type { Person } from './person.ts';

const isAnswer = (event: HistoryEvent): event is EventOf<'subscribed'> => event.type === 'subscribed';
const isDelivery = (event: HistoryEvent): event is EventOf<'deliver'> => event.type === 'deliver';

/** Returns whether every log could be read to its end. */
export async function audit(auditor: Person, rooms: readonly string[], recorder: Recorder, deadlineMs: number): Promise<boolean> {
	const { record, events } = recorder;
	const epochs = new Map(events.filter(isAnswer).map(({ room, epoch }) => [room, epoch]));
	for (const room of rooms) {
		const epoch = epochs.get(room);
		if (epoch) auditor.join(room, { epoch, offset: 0 });
	}
	const complete = await until(() => auditor.settled(new Map()), 'the logs are read', deadlineMs).catch(() => false);
	const own = events.filter((event) => 'subscription' in event && event.subscription.startsWith(`${auditor.name}-`));
	for (const [room, answers] of Map.groupBy(own.filter(isAnswer), ({ room }) => room)) {
		const answer = answers.at(-1);
		if (!answer || answer.result === 'fresh' || answer.result === 'reset') continue;
		const entries = own.filter(isDelivery).filter((event) => event.room === room);
		for (const { epoch, offset, sender, seq, hash } of entries) record({ type: 'entry', room, epoch, offset, sender, seq, hash });
		// Over HTTP a long log comes in several answers: the gap is told by the first of them.
		const from = Math.max(...answers.map(({ missing }) => missing?.to ?? 0)) + 1;
		record({ type: 'log', room, epoch: answer.epoch, from, to: entries.at(-1)?.offset ?? from - 1 });
	}
	return complete;
}
