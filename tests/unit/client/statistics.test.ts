/** What the figures say: the score and its grades, each transport's share of success, the time to recover. */
import { describe, expect, it } from 'bun:test';
import { createStatistics } from '../../../src/lib/client/statistics.ts';
import { setup } from './harness.ts';

describe('statistics', () => {
	it('the score is the worst of speed, evenness and steadiness, and the grade follows from it', () => {
		const statistics = createStatistics();
		const shown = () => [statistics.snapshot(1_000).score, statistics.quality(1_000)];
		expect(shown()).toEqual([null, 'unknown']);
		statistics.roundTrip(75);
		expect(shown()).toEqual([95, 'excellent']);
		statistics.roundTrip(275);
		expect(shown()).toEqual([66, 'fair']);
		for (let round = 0; round < 100; round++) statistics.roundTrip(400);
		expect(shown()).toEqual([70, 'good']);
		for (let round = 0; round < 100; round++) statistics.roundTrip(3_500);
		expect(shown()).toEqual([0, 'poor']);
		for (let round = 0; round < 100; round++) statistics.roundTrip(1);
		statistics.dropped(1_000, 5);
		expect(shown()).toEqual([70, 'good']);
		for (let round = 0; round < 9; round++) statistics.dropped(1_000, 5);
		expect(shown()).toEqual([0, 'poor']);
		expect(statistics.quality(400_000)).toBe('excellent');
	});

	it('a drop before anything was measured is poor', () => {
		const statistics = createStatistics();
		statistics.dropped(0, 5);
		expect(statistics.quality(1)).toBe('poor');
	});

	it('attempts and successes by transport; recoveries from the drop to live again', async () => {
		const { client, clock, server } = setup();
		client.subscribe('lobby', { message() {} });
		server.door = 1006;
		client.connect();
		await clock.advance(10);
		server.door = null;
		await clock.advance(2_000);
		expect(client.getStats()).toMatchObject({
			transports: { websocket: { attempts: 2, successes: 1 } },
			recovery: { last: null },
		});
		server.last.close(1006);
		await clock.advance(10_000);
		const { transports, recovery, reconnects } = client.getStats();
		expect(transports).toEqual({ websocket: { attempts: 3, successes: 2 } });
		expect(recovery).toEqual({ p50: 2_015, p95: 2_015, last: 2_015 });
		expect(reconnects).toBe(1);
		client.close();
	});
});
