/** The server dies without a word and comes back: how long until everybody is live again, and whether anything is missing. */
import { crowd, gather } from '../load/crowd.ts';
import { Returning } from '../load/returning.ts';
import { makeDataDir, type PeerName, start } from '../servers.ts';
import { until } from '../until.ts';
import { type Figures, ofEach, own, type Row, type Scale } from './row.ts';

const CLIENTS = 5_000;
const ROOM_SIZE = 4;
/** One in so many rooms is written to all the time; all its members check every message. */
const BUSY_ROOMS = 25;
const SEND_EVERY_MS = 50;
/** From the kill to the new start, in milliseconds. */
const DOWN_MS = 1_000;

const peers = ['holdfast', 'raw', 'socketio'] as const;

export const kill9: Row = {
	name: 'kill-9',
	work: `5 000 clients in rooms of ${ROOM_SIZE}, one room in ${BUSY_ROOMS} written to all the time; kill -9, start again after ${DOWN_MS / 1000} s; all clients come back by the policy of Holdfast's client`,
	peers,
	goals: [
		{
			what: 'everybody live again after the server is, × spread window; nothing lost or doubled',
			most: 1.5,
			measured: own('ratio'),
		},
	],
	illustrations: [
		...ofEach(peers, 'backMs', 'ms after the server is ready'),
		{ what: 'spread window', unit: 'ms', peer: 'holdfast', figure: 'spreadMs' },
		{ what: 'server down', unit: 'ms', peer: 'holdfast', figure: 'downMs' },
		{ what: 'messages checked', unit: '', peer: 'holdfast', figure: 'checked' },
	],
	async trial(peer, scale) {
		const { dir, remove } = makeDataDir();
		try {
			return await killAndReturn(peer, scale, dir);
		} finally {
			remove();
		}
	},
};

async function killAndReturn(peer: PeerName, { durationMs }: Scale, dataDir: string): Promise<Figures> {
	const first = await start(peer, dataDir);
	// The peers keep nothing and have nothing that could be checked.
	const members = crowd(CLIENTS, { roomSize: ROOM_SIZE, ledger: peer === 'holdfast' });
	const links = await gather(first.connect, first, members);
	const all = links.map((link) => new Returning(link, first.connect, first));
	const senders = peer === 'holdfast' ? all.filter(({ member }) => member.index % (ROOM_SIZE * BUSY_ROOMS) === 0) : [];
	const spreadMs = Math.max(...all.map((each) => each.spreadMs));
	for (const sender of senders) {
		sender.sendEvery = SEND_EVERY_MS;
		sender.send();
	}
	await Bun.sleep(durationMs / 2);
	const killedAt = performance.now();
	await first.kill();
	await until('everybody to notice', () => all.every(({ link }) => link === null));
	await Bun.sleep(Math.max(0, killedAt + DOWN_MS - performance.now()));

	const second = await start(peer, dataDir, first.port);
	try {
		const readyAt = performance.now();
		const back = until('everybody to be back', () => all.every(({ link }) => link !== null), { everyMs: 5, timeoutMs: 60_000 });
		await back.catch((error) => Promise.reject(problemOf(all) ?? error));
		const backMs = performance.now() - readyAt;
		for (const sender of senders) sender.sendEvery = null;
		await until('every ack', () => senders.every(({ settled }) => settled));
		for (const sender of senders) sender.send();
		const checked = await check(all, senders);
		return { backMs, spreadMs, ratio: spreadMs ? backMs / spreadMs : 0, downMs: readyAt - killedAt, checked };
	} finally {
		for (const each of all) each.stop();
		await second.kill();
	}
}

/** The first promise that was broken, if any was. */
function problemOf(all: readonly Returning[]): Error | null {
	const problem = all.find(({ member }) => member.ledger?.problem)?.member.ledger?.problem;
	return problem ? new Error(problem) : null;
}

/** One sender a room: the head of its log is the sender's last seq, and every member stands there. */
async function check(all: readonly Returning[], senders: readonly Returning[]): Promise<number> {
	const seqOf = new Map(senders.map(({ member }) => [member.room, member.seq]));
	const followers = all.filter(({ member }) => seqOf.has(member.room));
	const atHead = ({ member }: Returning) => member.ledger?.offset === seqOf.get(member.room);
	const complete = () => senders.every(({ settled }) => settled) && followers.every(atHead);
	await until('every message', complete).catch(() => {});
	const problem = problemOf(followers);
	if (problem) throw problem;
	const behind = followers.filter((each) => !atHead(each));
	const [one] = behind;
	if (one)
		throw new Error(
			`${behind.length} clients are not where their sender is: ${one.member.room} at ${one.member.ledger?.offset}, sent ${seqOf.get(one.member.room)}`,
		);
	if (!senders.every(({ settled }) => settled)) throw new Error('a sender waits for its ack in vain');
	return followers.reduce((sum, { member }) => sum + (member.ledger?.offset ?? 0), 0);
}
