/** What floods the server does not flood its logs. */
import { expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/in-process.ts';
import { openFaultyLog } from './faulty-log.ts';
import { startLogged } from './log-lines.ts';

it('each of 300 commits fails -> 20 lines and then one a second, each failure counted, and none of another place held back', async () => {
	const folder = temporaryFolder();
	const log = await openFaultyLog(folder.path);
	const clock = new FakeClock();
	const server = await startLogged('info', { clock, log, dataDir: folder.path });
	try {
		const ann = await server.peer('Ann');
		await ann.hello({ rooms: ['lobby'] });
		log.before.append = () => {
			throw new Error('database or disk is full');
		};
		for (let n = 0; n < 299; n++) expect(await ann.publish('lobby', 'ahoy')).toMatchObject({ type: 'nack', code: 'storage' });
		const told = () => server.lines('error.log').filter(({ where }) => where === 'commit');
		expect(told().length).toBe(20);
		await clock.advance(1_000);
		await ann.publish('lobby', 'ahoy');
		expect(told().length).toBe(21);
		expect(told().at(-1)).toMatchObject({ untold: 279, error: 'Error: database or disk is full' });
		expect(server.realtime.metrics().errors.byKind.failure).toBe(300);
		log.before.head = () => {
			throw new Error('unreadable');
		};
		ann.send({ type: 'subscribe', room: 'shore' });
		expect((await server.line(/error in frame: Error: unreadable/)).untold).toBeUndefined();
	} finally {
		await server.close();
		folder.remove();
	}
});
