/** T-58: who may do what with which private room, over every transport and address; and that nobody can tell a room that is closed from one that is not there. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import type { ServerFrame } from '../../src/lib/protocol/frames.ts';
import { newRoomName } from '../../src/lib/server/private-rooms/views.ts';
import { EventStream } from '../support/event-stream.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { helloOf, poll } from '../support/poll.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { type Member, memberOf } from './member.ts';

const names = ['Ann', 'Bob', 'Carl', 'Dan', 'Eve'] as const;
/** Ann made the room, Bob is in it, Carl was taken out, Dan has left, Eve was never there. */
type Name = (typeof names)[number];
let server: InProcess;
let people: Record<Name, Member>;
let den: string;
const missing = newRoomName();

beforeAll(async () => {
	server = await startInProcess();
	const met = await Promise.all(names.map(async (name) => [name, await memberOf(server.url, name)] as const));
	people = Object.fromEntries(met) as Record<Name, Member>;
	const { Ann, Bob, Carl, Dan } = people;
	den = await Ann.make();
	for (const each of [Carl, Dan]) await each.join(await Ann.invite(den));
	await Dan.remove(den, Dan.id);
	await Ann.remove(den, Carl.id);
	await Bob.join(await Ann.invite(den));
	const peer = new RawPeer(server.url, { cookie: Ann.cookie });
	await peer.hello();
	await peer.publish(den, 'a secret');
	peer.close();
});
afterAll(() => server.close());

/** What came of the room, without what each answer has of its own. */
const about = (frames: readonly ServerFrame[], room: string) =>
	JSON.stringify(frames.filter((frame) => 'room' in frame && frame.room === room && frame.type !== 'presence'));

async function overWebSocket({ cookie }: Member, room: string, frame: object | null) {
	const peer = new RawPeer(server.url, { cookie });
	await peer.opened;
	peer.send(peer.greeting({ rooms: frame ? [] : [room] }), ...(frame ? [frame] : []), { type: 'ping', at: 1 });
	await peer.next('pong');
	// What waits for the disk or is read from it comes later, and so does the answer to a refused one.
	await peer.next((given) => 'room' in given && given.room === room);
	peer.close();
	return about(peer.frames, room);
}
async function overPoll({ cookie }: Member, room: string, frame: object | null) {
	const hello = helloOf(crypto.randomUUID(), { rooms: frame ? [] : [room] });
	return about((await poll(server.url, frame ? [hello, frame] : [hello], { cookie })).frames, room);
}
async function overEvents({ cookie }: Member, room: string) {
	const stream = await EventStream.open(server.url, {
		body: [helloOf(crypto.randomUUID(), { rooms: [room] })],
		headers: { cookie },
	});
	const frame = await stream.next((given) => 'room' in given && given.room === room);
	stream.close();
	return about([frame], room);
}
const written = ({ status, text }: { status: number; text: string }) => `${status} ${text}`;

const frames = {
	publish: (room: string) => ({ type: 'publish', room, seq: 1, kind: 'chat', data: { text: 'let me in' } }),
	'publish for a client of their own': (room: string) => ({
		type: 'publish',
		room,
		seq: 1,
		kind: 'vote',
		data: { round: 1, value: '5' },
		client: 'mine',
	}),
	history: (room: string) => ({ type: 'history', room, before: 100, limit: 10 }),
	signal: (room: string) => ({ type: 'signal', room, kind: 'typing', data: {} }),
	subscribe: (room: string) => ({ type: 'subscribe', room }),
	'subscribe from the beginning': (room: string) => ({ type: 'subscribe', room, epoch: 'e', offset: 0 }),
};

/** Everything that somebody can try with a room, as what they are told. */
const attempts: Record<string, (who: Member, room: string) => Promise<string>> = {
	'hello over WebSocket': (who, room) => overWebSocket(who, room, null),
	'hello over polls': (who, room) => overPoll(who, room, null),
	'hello over events': overEvents,
	...Object.fromEntries(
		Object.entries(frames).flatMap(([what, frame]) => [
			[`${what} over WebSocket`, (who: Member, room: string) => overWebSocket(who, room, frame(room))] as const,
			[`${what} over polls`, (who: Member, room: string) => overPoll(who, room, frame(room))] as const,
		]),
	),
	'GET /api/room': async (who, room) => written(await who.ask('GET', `/api/room?room=${room}`)),
	'GET /api/room/rounds': async (who, room) => written(await who.ask('GET', `/api/room/rounds?room=${room}`)),
	'PATCH /api/room': async (who, room) => written(await who.ask('PATCH', '/api/room', { room, title: 'Mine' })),
	'POST /api/room/invites': async (who, room) => written(await who.ask('POST', '/api/room/invites', { room })),
	'DELETE /api/room/invites': async (who, room) => written(await who.ask('DELETE', `/api/room/invites?room=${room}&id=x`)),
	'DELETE /api/room/members, another': async (who, room) =>
		written(await who.ask('DELETE', `/api/room/members?room=${room}&user=${people.Bob.id}`)),
	'DELETE /api/room/members, the owner': async (who, room) =>
		written(await who.ask('DELETE', `/api/room/members?room=${room}&user=${people.Ann.id}`)),
	'DELETE /api/room/members, oneself': async (who, room) =>
		written(await who.ask('DELETE', `/api/room/members?room=${room}&user=${who.id}`)),
	'the page': async ({ cookie }, room) => {
		const user = server.realtime.identify(new Request(server.url, { headers: { cookie } }));
		return JSON.stringify([await server.realtime.recent(user, room), server.realtime.privateRoom(user, room)]);
	},
};

describe('S5 S28 a private room', () => {
	for (const [what, attempt] of Object.entries(attempts))
		it(`${what}: closed, left and missing cannot be told apart, byte by byte`, async () => {
			const told = await Promise.all([
				...(['Carl', 'Dan', 'Eve'] as const).map(async (name) => (await attempt(people[name], den)).replaceAll(den, 'ROOM')),
				...(['Ann', 'Bob', 'Carl', 'Eve'] as const).map(async (name) =>
					(await attempt(people[name], missing)).replaceAll(missing, 'ROOM'),
				),
			]);
			expect(new Set(told).size).toBe(1);
			expect(told[0]).toMatch(/not open to you|\[null,null\]/);
			expect(told.join()).not.toMatch(/secret|Den|Ann|Bob/);
		});

	it('a member reads, writes and sees who is there, over every transport; what is the owner’s is refused, and said so', async () => {
		const { Ann, Bob } = people;
		for (const what of [
			'hello over WebSocket',
			'hello over polls',
			'hello over events',
			'history over WebSocket',
			'history over polls',
			'the page',
		])
			expect([what, await attempts[what]?.(Bob, den)]).toEqual([what, expect.not.stringContaining('not open')]);
		expect(await attempts['history over polls']?.(Bob, den)).toContain('a secret');
		expect(await attempts['publish over polls']?.(Bob, den)).toContain('"type":"ack"');
		expect(await attempts['GET /api/room']?.(Bob, den)).toStartWith('200 ');
		expect(await attempts['GET /api/room/rounds']?.(Bob, den)).toBe('200 {"rounds":[]}');
		for (const what of [
			'PATCH /api/room',
			'POST /api/room/invites',
			'DELETE /api/room/invites',
			'DELETE /api/room/members, the owner',
		])
			expect([what, await attempts[what]?.(Bob, den)]).toEqual([what, expect.stringMatching(/^403 .*only who made this room/)]);
		expect(await attempts['DELETE /api/room/members, oneself']?.(Ann, den)).toStartWith('409 ');
	});

	it('nobody in particular -> 401 from every address, whatever the room', async () => {
		for (const room of [den, missing])
			for (const what of Object.keys(attempts).filter((each) => each.includes('/api/'))) {
				const nobody: Member = {
					...people.Eve,
					cookie: '',
					ask: async (method, path, body) => people.Eve.ask(method, path, body, { cookie: '' }),
				};
				expect([what, await attempts[what]?.(nobody, room)]).toEqual([what, expect.stringMatching(/^401 /)]);
			}
	});
});
