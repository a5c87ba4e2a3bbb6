/** What people do in a run: they talk, alone and in bursts; estimate; leave a room and come back; reload; change networks; newcomers look in. */
import type { Random } from '../support/random.ts';
import type { Pause } from './pause.ts';
import type { Person } from './person.ts';

export interface Traffic {
	people: readonly Person[];
	rooms: readonly string[];
	/** Messages a second. */
	rate: number;
	random: Random;
	pause: Pause;
}

/** Sends until the run is over. The first room gets most of it, so that its log is the first to be trimmed. */
export async function talk({ people, rooms, rate, random, pause }: Traffic) {
	const start = performance.now();
	let count = 0;
	while (!pause.over) {
		const due = ((performance.now() - start) / 1_000) * rate;
		for (; count < due; count++) {
			const room = random.chance(0.6) ? (rooms[0] ?? '') : random.pick(rooms);
			random.pick(people).send(room, textOf(count, random));
		}
		await pause.for(random.chance(0.1) ? 150 : 10);
	}
}

/** Mostly short, now and then longer than a packet, and one in a hundred the server must refuse. */
function textOf(count: number, random: Random): string {
	if (random.chance(0.01)) return ' ';
	return `${count} ${'ä-'.repeat(random.chance(0.05) ? random.between(200, 1_500) : random.between(0, 20))}`;
}

/** Everybody estimates in the first room: votes, changes of mind, and now and then somebody who tries to move on. */
export async function estimate({ people, rooms, random, pause }: Traffic) {
	const room = rooms[0] ?? '';
	while (!pause.over) {
		const person = random.pick(people);
		if (random.chance(0.1)) for (const each of people) each.moveOn(room);
		else person.vote(room, random.chance(0.1) ? null : random.pick(['1', '2', '3', '5', '8', '13']));
		await pause.for(random.between(5, 60));
	}
}

/** Leaves and returns, with the position and without, reloads, and changes networks. */
export async function comeAndGo({ people, rooms, random, pause }: Traffic) {
	const returns: Promise<void>[] = [];
	while (!pause.over) {
		await pause.for(random.between(100, 500));
		const person = random.pick(people);
		if (random.chance(0.2)) {
			person.reload();
			continue;
		}
		if (random.chance(0.15)) person.changeNetwork();
		const room = random.chance(0.5) ? (rooms[0] ?? '') : random.pick(rooms);
		const [away, from] = [random.between(0, 4_000), random.chance(0.75) ? ('position' as const) : ('now' as const)];
		person.leave(room);
		returns.push(pause.for(away).then(() => person.join(room, from)));
	}
	await Promise.all(returns);
}

/** Somebody new, again and again, for a short while. */
export async function lookIn({ rooms, random, pause }: Traffic, meet: (name: string, index: number) => Person) {
	for (let count = 1; !pause.over; count++) {
		await pause.for(random.between(500, 1_500));
		const guest = meet(`guest-${count}`, count);
		guest.join(random.pick(rooms), 'now');
		await pause.for(random.between(300, 2_000));
		guest.close();
	}
}
