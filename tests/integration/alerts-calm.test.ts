/** T-78: what is no trouble raises nothing: an hour of people coming, talking, stumbling and going; a deploy; an empty server. */
import { afterEach, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { HttpPeer } from '../support/http-peer.ts';
import { temporaryFolder } from '../support/in-process.ts';
import { createRandom } from '../support/random.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { openFaultyLog } from './faulty-log.ts';
import { startWatched, type Watched } from './watched-server.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const PEOPLE = 40;
const quiet = { active: [], history: [] };

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

interface Person {
	peer: RawPeer;
	cookie: string;
	room: string;
	/** The last that they know of their room. */
	epoch: string;
	/** Messages that they have sent, and connections that they have made. */
	sent: number;
	connections: number;
}

async function arrive(watched: Watched, name: string, room: string): Promise<Person> {
	const peer = await watched.join(name, [room]);
	return {
		peer,
		cookie: await watched.server.cookie(name),
		room,
		epoch: peer.all('subscribed')[0]?.epoch ?? '',
		sent: 0,
		connections: 1,
	};
}

/** They come back as a client does, with what they know. */
async function comeBack(watched: Watched, person: Person): Promise<Person> {
	const { cookie, room, epoch, connections } = person;
	const offset = Math.max(0, ...person.peer.all('message', room).map((message) => message.offset));
	const peer = new RawPeer(watched.server.url, { client: person.peer.client, cookie });
	peer.answerPings();
	await peer.hello({ connectionNumber: connections + 1, rooms: [{ room, epoch, offset }] });
	return { ...person, peer, connections: connections + 1 };
}

function say(person: Person, text: string) {
	person.sent += 1;
	return person.peer.publish(person.room, text, { seq: person.sent });
}

function inTurn(people: Person[], second: number) {
	const person = people[second % people.length];
	return person && say(person, `second ${second}`);
}

describe('T-78 calm', () => {
	it('an hour with hiccups, each of them alone -> no alert', async () => {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		const clock = new FakeClock();
		const log = await openFaultyLog(folder.path);
		const watched = await startWatched({ dataDir: folder.path, log, clock });
		closing.push(() => watched.close());
		const random = createRandom('a calm hour');
		let came = 0;
		const next = () => arrive(watched, `Person ${came}`, `room ${came++ % 8}`);
		const people = await Promise.all(Array.from({ length: PEOPLE }, next));
		for (let index = 0; index < 4; index++) {
			const phone = new HttpPeer(watched.server.url, 'events', { cookie: await watched.server.cookie(`Phone ${index}`) });
			await phone.hello({ rooms: ['room 0'] });
			closing.push(() => phone.close());
		}

		const swap = async (index: number, go: (person: Person) => Promise<Person>) => {
			const person = people[index];
			if (person) people[index] = await go(person);
		};
		await watched.pass(HOUR, {
			async each(second) {
				const person = random.pick(people);
				watched.machine.loopDelayMs = second % 300 === 100 ? 900 : random.between(1, 30);
				watched.machine.rss = Math.round(watched.machine.memoryLimit * (0.4 + second / HOUR / 5));
				// A checkpoint, a neighbour on the disk: one commit takes three seconds.
				if (second % 600 === 200) {
					log.before = { append: () => new Promise<void>((resolve) => clock.setTimeout(resolve, 3_000)) };
					const answer = say(person, 'slow');
					await watched.pass(4);
					log.before = {};
					await answer;
				} else if (second % 2 === 0) await say(person, `second ${second}`);
				// A lively moment, and somebody whose paste is refused a dozen times.
				if (second % 400 === 150) {
					for (const each of people) await say(each, 'lively');
					for (let n = 0; n < 12; n++) await say(person, ' ');
				}
				// One goes, another one comes.
				if (second % 10 === 5)
					await swap(random.between(0, PEOPLE - 1), async (gone) => {
						await watched.leave([gone.peer], random.chance(0.5) ? 1000 : 1001);
						return next();
					});
				// A phone in a tunnel.
				if (second % 45 === 20)
					await swap(random.between(0, PEOPLE - 1), async (gone) => {
						await watched.cut([gone.peer]);
						return comeBack(watched, gone);
					});
			},
		});
		expect(watched.alerts).toEqual(quiet);
		const { messages, closes, recovery } = watched.server.realtime.metrics();
		expect(messages.stored).toBeGreaterThan(HOUR / 2);
		expect(closes.byCause).toMatchObject({ client: expect.any(Number), network: HOUR / 45 });
		// Phones resume, too, when their streams begin anew.
		expect(recovery.resumed).toBeGreaterThanOrEqual(HOUR / 45);
		expect(recovery).toMatchObject({ gap: 0, reset: 0 });
	}, 60_000);

	it('a deploy: the server goes, another one comes, everybody is back at once -> no alert', async () => {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		const clock = new FakeClock();
		const first = await startWatched({ dataDir: folder.path, clock });
		const people = await Promise.all(Array.from({ length: PEOPLE }, (_, n) => arrive(first, `Person ${n}`, `room ${n % 8}`)));
		await first.pass(2 * MINUTE, { each: (moment) => inTurn(people, moment) });
		expect(first.alerts).toEqual(quiet);
		await first.close();

		const second = await startWatched({ dataDir: folder.path, clock });
		closing.push(() => second.close());
		const back = await Promise.all(people.map((person) => comeBack(second, person)));
		await second.pass(5 * MINUTE, { each: (moment) => inTurn(back, moment) });
		expect(second.alerts).toEqual(quiet);
		const { recovery, messages } = second.server.realtime.metrics();
		expect(recovery).toMatchObject({ resumed: PEOPLE, gap: 0, reset: 0 });
		expect(messages).toMatchObject({ stored: 5 * MINUTE, failed: 0 });
	}, 20_000);

	it('nobody is there -> no alert', async () => {
		const watched = await startWatched();
		closing.push(() => watched.close());
		await watched.pass(10 * MINUTE);
		expect(watched.alerts).toEqual(quiet);
	});
});
