/** What every `MessageLog` promises of a room's estimation: judged and stored in one step with the message, and hidden until the reveal. */
import { afterEach, describe, expect, it } from 'bun:test';
import { type Entry, type MessageLog, NO_VIEW } from '../../src/lib/server/log/message-log.ts';
import { type Act, SERVER } from '../../src/lib/server/rooms/estimation.ts';
import type { Asked } from '../../src/lib/server/rooms/kinds.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/in-process.ts';
import { entryOf, KEEP_ALL, type OpenLog } from './message-log.ts';

/** An act of somebody whose client is called as they are. */
export function actOf(user: string, seq: number, asked: Asked, { gone = null as string | null, room = 'lobby' } = {}): Entry {
	const act: Act = { ...asked, user: { id: user, name: user.toUpperCase() }, gone };
	return { room, client: user, seq, user, at: 1_000, body: '', act };
}
export const claimOf = (user: string, room = 'lobby'): Entry => ({
	room,
	client: SERVER.id,
	seq: 0,
	user,
	at: 1_000,
	body: '',
	claims: true,
});
export const voteOf = (user: string, seq: number, value: string | null, round = 1): Entry =>
	actOf(user, seq, { kind: 'vote', data: { round, value } });
export const revealOf = (user: string, seq: number, round = 1): Entry => actOf(user, seq, { kind: 'reveal', data: { round } });

const frames = async (log: MessageLog) =>
	(await log.read('lobby', 1, 99)).map(({ frame }) => {
		const { kind, data, user } = JSON.parse(frame);
		return [user?.id, kind, data];
	});

export function estimationContract(name: string, openLog: OpenLog) {
	const closing: (() => Promise<void> | void)[] = [];
	afterEach(async () => {
		for (const close of closing.splice(0).reverse()) await close();
	});
	async function open(place?: string): Promise<MessageLog> {
		const folder = place === undefined ? temporaryFolder() : { path: place, remove() {} };
		const log = await openLog({ place: folder.path, retention: KEEP_ALL, clock: new FakeClock() });
		closing.push(folder.remove, () => log.close());
		return log;
	}

	describe(`${name}: estimation`, () => {
		it('a room that nobody has touched has a state of version 0; who claims it leads it, the first alone', async () => {
			const log = await open();
			expect(await log.view('lobby')).toEqual(NO_VIEW);
			const { results, views } = await log.append([claimOf('ann'), claimOf('bob')]);
			expect(results).toEqual([{ status: 'claimed' }, { status: 'claimed' }]);
			expect(views).toMatchObject([['lobby', { version: 1, state: { estimation: { facilitator: 'ann' } } }]]);
			expect(await log.view('lobby')).toEqual(views[0]?.[1] ?? NO_VIEW);
			expect(await log.head('lobby')).toMatchObject({ head: 0 });
		});

		it('votes -> messages that say nothing -> reveal -> one that says all; the answers carry what the room sees', async () => {
			const log = await open();
			const { results, views } = await log.append([claimOf('ann'), voteOf('ann', 1, '3'), voteOf('bob', 1, '5')]);
			expect(results.map((result) => 'body' in result && JSON.parse(`{${result.body}`).data)).toEqual([
				false,
				{ round: 1, voted: true },
				{ round: 1, voted: true },
			]);
			expect(views).toHaveLength(1);
			expect(views[0]?.[1].state.estimation?.votes).toEqual({
				ann: { voted: true, value: null, name: 'ANN' },
				bob: { voted: true, value: null, name: 'BOB' },
			});
			const revealed = await log.append([revealOf('ann', 2)]);
			expect(revealed.views[0]?.[1]).toMatchObject({ version: 4, reveals: [3] });
			expect((await frames(log)).slice(0, 2)).toEqual([
				['ann', 'vote', { round: 1, voted: true }],
				['bob', 'vote', { round: 1, voted: true }],
			]);
			expect((await frames(log))[2]).toMatchObject(['ann', 'reveal', { round: 1, votes: { ann: '3', bob: '5' } }]);
		});

		it('a refusal uses up its seq and changes nothing; sent again it is refused again, whatever has become of the room', async () => {
			const log = await open();
			await log.append([claimOf('ann')]);
			const refused = { status: 'refused', code: 'forbidden', duplicate: false };
			const { results, views } = await log.append([revealOf('bob', 1), voteOf('bob', 2, '5')]);
			expect(results).toMatchObject([refused, { status: 'stored', offset: 1 }]);
			expect(views[0]?.[1].state.estimation?.revealed).toBe(false);
			const gone = actOf('bob', 1, { kind: 'reveal', data: { round: 1 } }, { gone: 'ann' });
			expect((await log.append([gone])).results).toMatchObject([{ ...refused, duplicate: true }]);
		});

		it('a vote that comes again after another one, and after the reveal, is a duplicate and changes nothing', async () => {
			const log = await open();
			await log.append([claimOf('ann'), voteOf('ann', 1, '3'), voteOf('ann', 2, '8')]);
			const again = await log.append([voteOf('ann', 1, '3')]);
			expect(again).toMatchObject({ results: [{ status: 'duplicate', offset: 1 }], views: [] });
			await log.append([revealOf('ann', 3)]);
			expect((await log.append([voteOf('ann', 2, '8')])).results).toMatchObject([{ status: 'duplicate', offset: 2 }]);
			expect((await log.view('lobby')).state.estimation?.votes).toMatchObject({ ann: { value: '8' } });
		});

		it('the server reveals in its own name, as often as it is asked, once', async () => {
			const log = await open();
			const bySelf = { ...revealOf(SERVER.id, 0), client: SERVER.id };
			expect((await log.append([voteOf('ann', 1, '3'), bySelf, bySelf])).results).toMatchObject([
				{ status: 'stored', offset: 1 },
				{ status: 'stored', offset: 2 },
				{ status: 'refused', code: 'already-revealed' },
			]);
			const reset = actOf('ann', 2, { kind: 'reset', data: { round: 1 } });
			const next = { ...revealOf(SERVER.id, 0, 2), client: SERVER.id };
			expect((await log.append([reset, next])).results).toMatchObject([{ offset: 3 }, { offset: 4 }]);
		});

		it('opened again it knows the round, the hidden votes and who leads', async () => {
			const folder = temporaryFolder();
			closing.push(folder.remove);
			const first = await open(folder.path);
			await first.append([claimOf('ann'), voteOf('ann', 1, '3'), voteOf('bob', 1, '5'), entryOf(1)]);
			const view = await first.view('lobby');
			await first.close();
			const second = await open(folder.path);
			expect(await second.view('lobby')).toEqual(view);
			await second.append([voteOf('bob', 2, null), revealOf('ann', 2)]);
			expect((await second.view('lobby')).state.estimation?.votes).toEqual({ ann: { voted: true, value: '3', name: 'ANN' } });
		});
	});
}
