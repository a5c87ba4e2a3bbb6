/**
 * An hour in which everything is known: 200 connections, 10 000 messages, 37 closes of nine causes, lived through on a clock in
 * the script's hand. What the server says of it must be what the script did.
 */
import { FRAME_BYTES } from '../../src/lib/protocol/limits.ts';
import { EventStream } from './event-stream.ts';
import type { FakeClock } from './fake-clock.ts';
import type { InProcess } from './in-process.ts';
import { helloOf, poll } from './poll.ts';
import type { RawPeer } from './raw-peer.ts';
import { until } from './until.ts';

const MINUTES = 60;
const ROOMS = 40;
const SHORE = 'shore';
/** What the server must be started with. */
export const scriptedHourEnv = { MAX_CONNECTIONS_PER_USER: '2', HEARTBEAT_INTERVAL_MS: '600000' };

/** What must be told at its end, as dot paths into `Metrics`. */
export const scriptedHour: Record<string, unknown> = {
	'connections.now': 171,
	'connections.total': 200,
	'connections.byTransport': { websocket: 169, 'event-stream': 2, 'long-polling': 0 },
	'connections.users': 170,
	'connections.sessions': 175,
	'connections.rooms': ROOMS + 2,
	'transports.websocket': { clients: 169, attempts: 206, successes: 194, refused: 12, successRate: 194 / 206 },
	'transports.event-stream': { clients: 2, attempts: 2, successes: 2, refused: 0, successRate: 1 },
	'transports.long-polling': { clients: 4, attempts: 4, successes: 4, refused: 0, successRate: 1 },
	fallbackShare: 6 / 175,
	'messages.received': 10_000,
	'messages.stored': 9_723,
	'messages.duplicates': 177,
	'messages.failed': 100,
	'messages.delivered': 38_400 + 240 + 3 + 24 + 6,
	'messages.successRate': 9_900 / 10_000,
	'errors.total': 133,
	'errors.lastMinute': 0,
	'errors.byKind': { error: 109, close: 24 },
	'errors.byCause': {
		...{ 'invalid-data': 100, protocol: 9 + 3, network: 8, 'heartbeat-timeout': 2 },
		...{ 'too-large': 2, unauthenticated: 4, version: 3, 'rate-limit': 2 },
	},
	'errors.byClass': { payload: 102, protocol: 12, connection: 10, auth: 4, version: 3, 'rate-limit': 2 },
	'errors.byTransport': { websocket: 133 },
	'closes.total': 37,
	'closes.broken': 24,
	'closes.byCause': {
		...{ client: 9, network: 8, unauthenticated: 4, replaced: 4, protocol: 3, version: 3 },
		...{ 'heartbeat-timeout': 2, 'too-large': 2, 'rate-limit': 2 },
	},
	'closes.ages': {
		seen: [
			{ fromMs: 60_000, toMs: 65_000, count: 8 },
			{ fromMs: 330_000, toMs: 360_000, count: 2 },
		],
		reported: [{ fromMs: 60_000, toMs: 65_000, count: 8 }],
	},
	recovery: { fresh: 2 + 4 * ROOMS + 1 + 8, resumed: 8, gap: 0, reset: 2, rate: 0.8 },
	'reconnects.total': 8,
	'reconnects.lastMinute': 0,
	slowConsumers: 0,
	outbox: { clients: 1, messages: 7, oldestMs: 12_000 },
};

/** Lives through it. What stays connected stays so until the server closes. */
export async function liveScriptedHour(server: InProcess, clock: FakeClock): Promise<void> {
	const closing: Promise<unknown>[] = [];
	const open = () => server.realtime.metrics().connections.now;

	async function join(name: string, rooms: string[] = [], more: object = {}): Promise<RawPeer> {
		const peer = await server.peer(name);
		peer.answerPings();
		await peer.hello({ rooms, ...more });
		return peer;
	}
	const talkers: { peer: RawPeer; room: string }[] = [];
	for (let index = 0; index < 4 * ROOMS + 2; index++) {
		const room = `room ${Math.floor(index / 4)}`;
		talkers.push({ room, peer: await join(`Talker ${index}`, [room]) });
	}
	const keeper = await join('Keeper', [SHORE]);

	/** A second at a time, and whatever it brings has gone there and back before the next. */
	async function pass(seconds: number) {
		for (let second = 0; second < seconds; second++) {
			await clock.advance(1_000);
			keeper.send({ type: 'ping', at: second });
			await keeper.next('pong', ({ at }) => at === second);
		}
	}
	async function talk() {
		await Promise.all(talkers.map(({ peer, room }) => peer.publish(room, 'ahoy')));
	}
	/** Eight are cut off at the age of a proxy's timeout, miss three messages, come back and leave as one should. */
	async function cut() {
		const names = Array.from({ length: 8 }, (_, index) => `Cut ${index}`);
		const peers = await Promise.all(names.map((name) => join(name, [SHORE])));
		await pass(61);
		const before = open();
		for (const peer of peers) peer.terminate();
		await until(() => open() === before - peers.length);
		for (let n = 0; n < 3; n++) await keeper.publish(SHORE, 'missed');
		for (const [index, { client, frames }] of peers.entries()) {
			const known = frames.find((frame) => frame.type === 'subscribed');
			const again = await server.peer(names[index] ?? '', { client });
			const rooms = [{ room: SHORE, epoch: known?.epoch ?? '', offset: 0 }];
			await again.hello({ connectionNumber: 2, rooms, lastClose: { code: 1006, transport: 'websocket', afterMs: 60_500 } });
			again.close();
			closing.push(again.closed);
		}
	}
	async function misbehave() {
		for (let n = 0; n < 4; n++) {
			const nobody = await server.peer(`Nobody ${n}`, { cookie: '' });
			nobody.send(nobody.greeting());
			closing.push(nobody.closed);
		}
		for (let n = 0; n < 3; n++) {
			const rude = await server.peer(`Rude ${n}`);
			for (const text of ['1', '2', '3']) rude.send(text);
			const old = await server.peer(`Old ${n}`);
			old.send(old.greeting({ version: 9 }));
			closing.push(rude.closed, old.closed);
		}
		for (let n = 0; n < 2; n++) {
			const loud = await join(`Loud ${n}`);
			loud.send('x'.repeat(FRAME_BYTES + 1));
			closing.push(loud.closed);
			await join('Crowd');
		}
		for (let n = 0; n < 2; n++) closing.push((await server.peer('Crowd')).closed);
		for (let n = 0; n < 4; n++) {
			const first = await join(`Mover ${n}`);
			const second = await server.peer(`Mover ${n}`, { client: first.client });
			second.answerPings();
			await second.hello({ connectionNumber: 2 });
			closing.push(first.closed);
		}
		const visitor = await join('Visitor');
		visitor.close();
		await Promise.all([...closing, visitor.closed]);
	}
	async function refuse() {
		const [first, second] = talkers;
		if (!first || !second) throw new Error('unreachable');
		for (let n = 0; n < 100; n++) await first.peer.publish(first.room, ' ');
		for (let n = 0; n < 177; n++) {
			second.peer.send({ type: 'publish', room: second.room, seq: 1, kind: 'chat', data: { text: 'once more' } });
			await second.peer.next('ack', ({ duplicate }) => duplicate === true);
		}
	}
	async function linger() {
		for (let n = 0; n < 2; n++) {
			const mute = await server.peer(`Mute ${n}`);
			await mute.hello();
			closing.push(mute.closed);
		}
	}

	await linger();
	for (let minute = 1; minute <= MINUTES; minute++) {
		await talk();
		if (minute === 10) await cut();
		if (minute === 20) await misbehave();
		if (minute === 30) await refuse();
		await pass(minute === 10 ? 0 : minute === MINUTES ? 58 : 60);
	}
	await Promise.all(closing);
	for (let n = 0; n < 2; n++) {
		const stream = await EventStream.open(server.url, {
			cookie: await server.cookie(`Stream ${n}`),
			body: [helloOf(`stream-${n}`)],
		});
		await stream.next('welcome');
	}
	for (let n = 0; n < 4; n++) await poll(server.url, [helloOf(`poll-${n}`)], { cookie: await server.cookie(`Poll ${n}`) });
	// Two whose log is another one's begin anew.
	for (const { peer } of talkers.slice(-2)) {
		peer.send({ type: 'subscribe', room: SHORE, epoch: 'of another log', offset: 9 });
		await peer.next('live', ({ room }) => room === SHORE);
	}
	talkers[0]?.peer.send({ type: 'pong', at: 0, outbox: { messages: 7, oldestMs: 12_000 } });
	await pass(1);
}
