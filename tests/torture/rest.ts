/** After the last fault: everybody returns to every room, and must come to its head with nothing left unsent. */
import type { HistoryEvent, Recorder } from '../support/history.ts';
import { until } from '../support/until.ts';
import type { Person } from './person.ts';

/** Marks the moment of rest in the history. Returns where those stand who did not come to rest in time. */
export async function comeToRest(
	people: readonly Person[],
	rooms: readonly string[],
	recorder: Recorder,
	deadlineMs: number,
): Promise<string[]> {
	const heads = new Heads(recorder.events);
	for (const person of people) for (const room of rooms) person.join(room, 'position');
	// What was told of the round is the same for everybody, whatever it came over.
	const sessions = (person: Person) => JSON.stringify(rooms.map((room) => person.estimation(room)));
	const restless = () => {
		const known = heads.update();
		const told = people[0] && sessions(people[0]);
		return people.filter((person) => !person.settled(known) || sessions(person) !== told);
	};
	// Who is late is told by the checker, as I14.
	await until(() => restless().length === 0, 'everybody is at the head', deadlineMs).catch(() => {});
	recorder.record({ type: 'quiesce' });
	return restless().map((person) => person.describe());
}

/** The highest offset of each room that the history knows of. */
class Heads {
	readonly #events: readonly HistoryEvent[];
	readonly #heads = new Map<string, number>();
	#read = 0;

	constructor(events: readonly HistoryEvent[]) {
		this.#events = events;
	}

	/** Takes in what was recorded since the last time. */
	update(): ReadonlyMap<string, number> {
		for (; this.#read < this.#events.length; this.#read++) {
			const event = this.#events[this.#read];
			if (event?.type !== 'ack' && event?.type !== 'deliver') continue;
			this.#heads.set(event.room, Math.max(this.#heads.get(event.room) ?? 0, event.offset));
		}
		return this.#heads;
	}
}
