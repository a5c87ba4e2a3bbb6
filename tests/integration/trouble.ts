/** T-78 as a story: calm, a fault, its alert and no other, the fault's end, and calm again; each within its time. */
import { expect } from 'bun:test';
import type { Alert } from '../../src/lib/protocol/status.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { calmCrowd, named, startWatched, type Watched, type WatchedOptions } from './watched-server.ts';

const MINUTE = 60;
/** A bound for a loaded machine, in milliseconds: some eight minutes of the server's time take a second on an idle one. */
export const PATIENCE = 30_000;

export interface Fault {
	/** What has to be there before; time may pass. */
	prepare?(watched: Watched): Promise<unknown>;
	/** Does damage; what it returns repairs it. */
	begin(watched: Watched, crowd: RawPeer[]): Promise<() => unknown> | (() => unknown);
	/** Goes on with it, each second until the alert is raised. */
	each?(watched: Watched, second: number): unknown;
}

/** @returns the alert as it was raised */
export async function live(
	rule: string,
	{ prepare, begin, each }: Fault,
	options: WatchedOptions = {},
): Promise<Alert | undefined> {
	const watched = await startWatched(options);
	try {
		const { peers, talk } = await calmCrowd(watched);
		await watched.pass(2 * MINUTE, { each: talk });
		await prepare?.(watched);
		expect(watched.alerts).toEqual({ active: [], history: [] });

		const beganAt = watched.clock.wall();
		const repair = await begin(watched, peers);
		await watched.pass(MINUTE, { each: (second) => each?.(watched, second), until: ({ active }) => active.length > 0 });
		expect(named(watched.alerts.active)).toEqual([rule]);
		const [alert] = watched.alerts.active;
		expect((alert?.raisedAt ?? 0) - beganAt).toBeLessThanOrEqual(MINUTE * 1_000);

		const endedAt = watched.clock.wall();
		await repair();
		const here = (second: number) => (peers[second % peers.length]?.isOpen ? talk(second) : undefined);
		await watched.pass(5 * MINUTE, { each: here, until: ({ active }) => active.length === 0 });
		await watched.pass(MINUTE, { each: here });
		expect(named(watched.alerts.active)).toEqual([]);
		expect(named(watched.alerts.history)).toEqual([rule]);
		expect((watched.alerts.history[0]?.clearedAt ?? 0) - endedAt).toBeLessThanOrEqual(5 * MINUTE * 1_000);
		return alert;
	} finally {
		await watched.close();
	}
}
