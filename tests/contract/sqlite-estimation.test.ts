/** The estimation in the embedded log: the contract, and what a crash and a full disk leave of it. */
import { Database } from 'bun:sqlite';
import { describe, expect, it } from 'bun:test';
import { join } from 'node:path';
import { openSqliteLog } from '../../src/lib/server/log/sqlite.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/in-process.ts';
import { asKilled } from './killed.ts';
import { failureOf, KEEP_ALL } from './message-log.ts';
import { actOf, claimOf, estimationContract, revealOf, voteOf } from './message-log-estimation.ts';

const openAt = (place: string) => openSqliteLog({ dataDir: place, retention: KEEP_ALL, clock: new FakeClock() });
estimationContract('sqlite', ({ place, ...options }) => openSqliteLog({ dataDir: place, ...options }));

describe('sqlite: estimation', () => {
	it('kill -9 after each answer -> no vote is missing, and none is counted twice', async () => {
		let folder = temporaryFolder();
		let log = await openAt(folder.path);
		await log.append([claimOf('p1')]);
		for (let person = 1; person <= 16; person++) {
			await log.append([voteOf(`p${person}`, 1, '8'), voteOf(`p${person}`, 2, '5')]);
			const left = asKilled(folder.path);
			await log.close();
			folder.remove();
			folder = left;
			log = await openAt(folder.path);
			expect((await log.append([voteOf(`p${person}`, 2, '5')])).results).toMatchObject([{ status: 'duplicate' }]);
		}
		await log.append([revealOf('p1', 3)]);
		const votes = (await log.view('lobby')).state.estimation?.votes ?? {};
		expect(Object.values(votes).map(({ value }) => value)).toEqual(Array(16).fill('5'));
		await log.close();
		folder.remove();
	});

	it('a transaction that fails -> the round is as it was, for the view and for whoever votes next', async () => {
		const folder = temporaryFolder();
		const log = await openAt(folder.path);
		await log.append([claimOf('ann'), voteOf('ann', 1, '3')]);
		const before = await log.view('lobby');
		const other = new Database(join(folder.path, 'holdfast.db'));
		other.run("CREATE TRIGGER full BEFORE UPDATE ON estimations BEGIN SELECT RAISE(FAIL, 'disk full'); END");
		const batch = [voteOf('bob', 1, '5'), actOf('ann', 2, { kind: 'reset', data: { round: 1 } })];
		expect(await failureOf(log.append(batch))).toContain('disk full');
		expect(await log.view('lobby')).toEqual(before);
		other.run('DROP TRIGGER full');
		other.close();
		expect((await log.append([voteOf('bob', 1, '5'), revealOf('ann', 2)])).results).toMatchObject([
			{ status: 'stored', offset: 2 },
			{ status: 'stored', offset: 3 },
		]);
		expect((await log.view('lobby')).state.estimation?.votes).toMatchObject({ ann: { value: '3' }, bob: { value: '5' } });
		await log.close();
		folder.remove();
	});
});
