/** A short torture of the honest server over every transport: every promise holds. Longer ones are `bun run torture`. */
import { expect, it } from 'bun:test';
import { describeReport } from './report.ts';
import { settingsOf } from './settings.ts';
import { torture } from './torture.ts';

it('kills, freezes, restarts, cuts, black holes, delays, gaps, WebSockets blocked and back -> nothing lost, doubled, reordered or made up', async () => {
	const settings = settingsOf({ seed: 1, messages: 4_500, kills: 3 });
	const report = await torture(settings);
	if (report.violations.length > 0) throw new Error(describeReport(report));
	// A run in which nothing happened would prove nothing.
	expect(report.faults['kill -9']).toBe(3);
	expect(report.recoveries.resumed).toBeGreaterThan(50);
	expect(report.counts.ack).toBeGreaterThan(4_000);
	expect(report.hollow).toEqual([]);
	expect(report.restless).toEqual([]);
}, 120_000);
