/** I12: people are let into a private room and taken out of it while everybody speaks, reconnects and resumes; nobody hears what is not theirs. */
import { afterEach, expect, it } from 'bun:test';
import { type Client, createClient } from '../../src/lib/client/index.ts';
import type { RoomStore } from '../../src/lib/server/private-rooms/room-store.ts';
import { openSqliteRooms } from '../../src/lib/server/private-rooms/sqlite.ts';
import type { TransportName } from '../../src/lib/transports/transport.ts';
import { check, describeViolations } from '../support/checker.ts';
import { createRecorder, type Recorder } from '../support/history.ts';
import { startInProcess, temporaryFolder } from '../support/in-process.ts';
import { createRandom } from '../support/random.ts';
import { recordRoom, recordSends } from '../support/record-client.ts';
import { until } from '../support/until.ts';
import { singleTransport } from '../support/ways.ts';
import { type Member, memberOf } from './member.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

const transports = ['websocket', 'event-stream', 'long-polling'] as const;
interface Guest extends Member {
	name: string;
	client: Client;
	follow(): void;
}

function guestOf(name: string, member: Member, url: string, room: string, over: TransportName, recorder: Recorder): Guest {
	const transport = singleTransport(over, { headers: { cookie: member.cookie } });
	const logger = { debug() {}, error() {} };
	const client = createClient({ url: `${url}/api/websocket`, transport, logger, reconnectInterval: 20, connectTimeout: 2_000 });
	recordSends(client, recorder);
	client.connect();
	closing.push(() => client.close());
	let leave = () => {};
	let position: { epoch: string; offset: number } | undefined;
	const follow = () => {
		leave();
		const { handlers, end } = recordRoom(recorder, name, room, position);
		const subscription = client.subscribe(room, handlers, position);
		leave = () => {
			position = subscription.position ?? position;
			subscription.close();
			end();
		};
	};
	return { ...member, name, client, follow };
}

/** Again and again somebody is taken out, the others speak, they try to come back with their old position, and are let in again. */
async function run(rooms: (own: RoomStore) => RoomStore, times = 20) {
	const folder = temporaryFolder();
	closing.push(folder.remove);
	const server = await startInProcess({ dataDir: folder.path, rooms: rooms(openSqliteRooms({ dataDir: folder.path })) });
	closing.push(() => server.close());
	const recorder = createRecorder({ now: performance.now.bind(performance) });
	const random = createRandom(7);
	const ann = await memberOf(server.url, 'Ann');
	const room = await ann.make();
	const speaker = guestOf('ann', ann, server.url, room, 'websocket', recorder);
	recorder.record({ type: 'right', client: 'ann', room, may: true });
	speaker.follow();
	const admit = async (guest: Guest) => {
		recorder.record({ type: 'right', client: guest.name, room, may: true });
		await guest.join(await ann.invite(room));
		guest.follow();
	};
	const guests: Guest[] = [];
	for (const over of transports) {
		const guest = guestOf(over, await memberOf(server.url, over), server.url, room, over, recorder);
		await admit(guest);
		guests.push(guest);
	}
	const say = (text: string) => speaker.client.send(room, 'chat', { text }).stored;
	await say('before');
	for (let count = 0; count < times; count += 1) {
		const guest = random.pick(guests);
		say(`meanwhile ${count}`).catch(() => {}); // it is stored or the checker says so
		await ann.remove(room, guest.id);
		recorder.record({ type: 'right', client: guest.name, room, may: false });
		await say(`among ourselves ${count}`);
		guest.follow();
		await say(`still ${count}`);
		await admit(guest);
	}
	await say('over');
	const heard = (name: string) => recorder.events.filter((event) => event.type === 'deliver' && event.client === name).length;
	await until(() => guests.every(({ name }) => heard(name) >= heard('ann')), 'everybody has heard all of it', 3_000).catch(
		() => {},
	);
	return check(recorder.events);
}

it('T-58 taken out and let in again, twenty times over every transport -> nothing is handed to anybody without a right, and all of it with one', async () => {
	const violations = await run((own) => own);
	if (violations.length > 0) throw new Error(describeViolations(violations));
}, 20_000);

it('a server that ignores rights is caught', async () => {
	const violations = await run((own) => ({ ...own, isMember: () => true }), 3);
	expect(violations.map(({ invariant }) => invariant)).toContain('I12');
}, 20_000);
