/** Estimation over the wire: people vote, the facilitator reveals, and nobody knows a card before. */
import { afterEach, describe, expect, it } from 'bun:test';
import * as v from 'valibot';
import { type PastRound, pastRounds } from '../../src/lib/protocol/estimation.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';
import { openFaultyLog } from './faulty-log.ts';
import { range } from './rooms.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});
async function start(options: Parameters<typeof startInProcess>[0] = {}): Promise<InProcess> {
	const server = await startInProcess(options);
	closing.push(() => server.close());
	return server;
}
async function enter(server: InProcess, name: string, room = 'planning') {
	const peer = await server.peer(name);
	const { user } = await peer.hello({ rooms: [room] });
	return { peer, id: user.id };
}
const say = (peer: RawPeer, kind: string, data: object, room = 'planning') => peer.publish(room, '', { kind, data });
const estimationOf = (peer: RawPeer) => {
	const [last] = [...peer.all('subscribed'), ...peer.all('state')].slice(-1);
	return last?.state?.estimation as Record<string, unknown> | undefined;
};

describe('estimation', () => {
	it('topic -> votes -> reveal -> next round: everybody is told, and the rounds can be read and taken along', async () => {
		const server = await start();
		const ann = await enter(server, 'Ann');
		const bob = await enter(server, 'Bob');
		await say(ann.peer, 'topic', { text: '=Login, "fast"' });
		await say(ann.peer, 'vote', { round: 1, value: '5' });
		await say(bob.peer, 'vote', { round: 1, value: '8' });
		expect(await say(bob.peer, 'reveal', { round: 1 })).toMatchObject({ type: 'nack', code: 'forbidden', retry: false });
		await say(ann.peer, 'reveal', { round: 1 });
		await until(() => estimationOf(bob.peer)?.revealed === true, 'Bob is told');
		expect(estimationOf(bob.peer)).toMatchObject({
			facilitator: ann.id,
			votes: { [ann.id]: { voted: true, value: '5', name: 'Ann' }, [bob.id]: { voted: true, value: '8', name: 'Bob' } },
		});
		expect(await say(bob.peer, 'vote', { round: 1, value: '5' })).toMatchObject({ code: 'already-revealed' });
		expect(await say(ann.peer, 'reset', { round: 1, topic: 'Search' })).toMatchObject({ type: 'ack' });
		expect(await say(bob.peer, 'vote', { round: 1, value: '5' })).toMatchObject({ code: 'stale-round', retry: false });

		const cookie = await server.cookie('Bob');
		const ask = (query: string, as = cookie) =>
			fetch(`${server.url}/api/room/rounds?room=planning${query}`, { headers: { cookie: as } });
		const { rounds } = v.parse(pastRounds, await (await ask('')).json());
		const wanted: Partial<PastRound> = {
			round: 1,
			topic: '=Login, "fast"',
			votes: { [ann.id]: '5', [bob.id]: '8' },
			names: { [ann.id]: 'Ann', [bob.id]: 'Bob' },
		};
		expect(rounds).toMatchObject([wanted]);
		const csv = await ask('&format=csv');
		expect(csv.headers.get('content-type')).toContain('text/csv');
		expect((await csv.text()).split('\r\n').slice(1, 3)).toEqual([
			expect.stringMatching(/^1,"'=Login, ""fast""",[\dT:.Z-]+,Ann,5$/),
			expect.stringMatching(/^1,"'=Login, ""fast""",[\dT:.Z-]+,Bob,8$/),
		]);
		expect((await ask('', '')).status).toBe(401);
		expect((await ask('&format=xml')).status).toBe(400);
	});

	it('the facilitator is gone past the grace -> anybody leads -> they are back -> they alone lead', async () => {
		const clock = new FakeClock();
		const server = await start({ clock });
		await clock.advance(31_000);
		const ann = await enter(server, 'Ann');
		const bob = await enter(server, 'Bob');
		ann.peer.terminate();
		await ann.peer.closed;
		await clock.advance(20_000);
		expect(await say(bob.peer, 'topic', { text: 'too early' })).toMatchObject({ code: 'forbidden' });
		await clock.advance(11_000);
		expect(await say(bob.peer, 'topic', { text: 'Bob may' })).toMatchObject({ type: 'ack' });
		await enter(server, 'Ann');
		expect(await say(bob.peer, 'topic', { text: 'not any more' })).toMatchObject({ code: 'forbidden' });
		expect(estimationOf(bob.peer)).toMatchObject({ topic: 'Bob may', facilitator: ann.id });
	});

	it('a restart -> round, votes and facilitator are as they were, and nobody leads in their place for a moment', async () => {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		const first = await startInProcess({ dataDir: folder.path });
		const ann = await enter(first, 'Ann');
		const bob = await enter(first, 'Bob');
		await say(bob.peer, 'vote', { round: 1, value: '13' });
		const cookies = { ann: await first.cookie('Ann'), bob: await first.cookie('Bob') };
		await first.close();
		const second = await start({ dataDir: folder.path });
		const back = await second.peer('nobody', { cookie: cookies.bob });
		await back.hello({ rooms: ['planning'] });
		expect(estimationOf(back)).toMatchObject({ facilitator: ann.id, votes: { [bob.id]: { voted: true, value: null } } });
		expect(await say(back, 'reveal', { round: 1 })).toMatchObject({ code: 'forbidden' });
		const again = await second.peer('nobody', { cookie: cookies.ann });
		await again.hello({ rooms: ['planning'] });
		await say(again, 'reveal', { round: 1 });
		await until(() => estimationOf(back)?.revealed === true, 'Bob is told');
		expect(estimationOf(back)).toMatchObject({ votes: { [bob.id]: { value: '13' } } });
	});

	it('where the room wants it, the last vote of those who are connected reveals; else nothing does', async () => {
		const server = await start();
		const ann = await enter(server, 'Ann');
		const bob = await enter(server, 'Bob');
		for (const { peer } of [ann, bob]) await say(peer, 'vote', { round: 1, value: '3' });
		expect(await say(bob.peer, 'auto-reveal', { on: true })).toMatchObject({ code: 'forbidden' });
		expect(estimationOf(bob.peer)?.revealed).toBe(false);
		await say(ann.peer, 'auto-reveal', { on: true });
		const reveal = await bob.peer.next('message', ({ kind }) => kind === 'reveal');
		expect(reveal).toMatchObject({ client: '$server', user: { id: '$server' }, data: { round: 1, votes: { [ann.id]: '3' } } });
		await say(ann.peer, 'reset', { round: 1 });
		await say(ann.peer, 'vote', { round: 2, value: '3' });
		// Who has not voted leaves: everybody who is there has.
		bob.peer.send({ type: 'unsubscribe', room: 'planning' });
		await until(() => ann.peer.all('message').filter(({ kind }) => kind === 'reveal').length === 2, 'revealed again');
	});

	it('a restart -> nothing is revealed before those who have not voted had time to return; then it is', async () => {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		const first = await startInProcess({ dataDir: folder.path });
		const ann = await enter(first, 'Ann');
		await enter(first, 'Bob');
		await say(ann.peer, 'auto-reveal', { on: true });
		await say(ann.peer, 'vote', { round: 1, value: '5' });
		const cookie = await first.cookie('Ann');
		await first.close();
		const clock = new FakeClock();
		const second = await start({ dataDir: folder.path, clock });
		const back = await second.peer('nobody', { cookie });
		await back.hello({ rooms: ['planning'] });
		await clock.advance(29_000);
		await say(back, 'chat', { text: 'Bob, are you there?' });
		expect(estimationOf(back)?.revealed).toBe(false);
		await clock.advance(2_000);
		await until(() => estimationOf(back)?.revealed === true, 'everybody who has come back has voted');
	});

	it('the disk does not take the reveal -> once it does, it is revealed all the same', async () => {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		const log = await openFaultyLog(folder.path);
		const clock = new FakeClock();
		const server = await start({ dataDir: folder.path, log, clock });
		await clock.advance(31_000);
		const ann = await enter(server, 'Ann');
		await say(ann.peer, 'auto-reveal', { on: true });
		let commits = 0;
		log.before.append = () => {
			if (++commits === 2) throw new Error('disk full');
		};
		await say(ann.peer, 'vote', { round: 1, value: '5' });
		await until(() => commits === 2, 'the reveal was tried');
		await clock.advance(2_000);
		await until(() => estimationOf(ann.peer)?.revealed === true, 'it was tried again');
	});

	it.each([4, 16, 256])(
		'%d people vote at once: nobody is dropped, and the reveal has them all',
		async (people) => {
			const server = await start({ env: { MAX_CONNECTIONS: '0' } });
			const all = await Promise.all(range(1, people).map((n) => enter(server, `Person ${n}`)));
			await Promise.all(all.map(({ peer }, n) => say(peer, 'vote', { round: 1, value: ['1', '2', '3'][n % 3] })));
			const leader = all.find(({ id, peer }) => estimationOf(peer)?.facilitator === id);
			if (!leader) throw new Error('nobody leads');
			await say(leader.peer, 'reveal', { round: 1 });
			for (const { peer } of all) {
				const { data } = await peer.next('message', ({ kind }) => kind === 'reveal');
				expect(Object.keys((data as { votes: object }).votes)).toHaveLength(people);
			}
			expect(all.every(({ peer }) => peer.isOpen)).toBe(true);
			// Merged: a crowd that votes must not be told as often as it votes.
			expect(all[0]?.peer.all('state').length).toBeLessThan(people / 2 + 4);
		},
		30_000,
	);
});
