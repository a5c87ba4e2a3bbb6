/** Series of a made-up server: calm, busy, or with a burst of broken connections in the last fifth of the window. */
import type { Sample, Series, SeriesName, Window } from '../../src/lib/protocol/status.ts';

export type Scene = 'idle' | 'busy' | 'trouble';

const spans: Record<Window, { stepMs: number; points: number }> = {
	'5m': { stepMs: 1_000, points: 300 },
	'1h': { stepMs: 10_000, points: 360 },
	'24h': { stepMs: 60_000, points: 1_440 },
};

/** Looks like chance, and is the same each time: from -1 to 1. */
const wobble = (seed: number) => {
	const x = Math.sin(seed * 12.9898) * 43_758.5453;
	return (x - Math.floor(x)) * 2 - 1;
};

/** @param at where in the window, from 0 to 1 */
export function pointAt(scene: Scene, at: number): Sample['values'] {
	const idle = scene === 'idle';
	const burst = scene === 'trouble' && at > 0.78;
	const seed = Math.round(at * 10_000);
	const around = (value: number, by: number, salt: number) => Math.max(0, value + wobble(seed + salt * 997) * by);
	const wave = 1 + 0.12 * Math.sin(at * 9) + 0.05 * Math.sin(at * 41);
	const broken = burst ? Math.max(0, Math.round(around(0.3, 1.9, 4))) : 0;
	if (idle) {
		const still = { fallback: 0, received: 0, delivered: 0, failed: 0, errors: 0, broken: 0 };
		const nowhere = { responseMs: null, deliveryMs: null, commitMs: null, roundTripMs: null };
		const own = { loopDelayMs: around(0.6, 0.4, 1), rss: around(92e6, 3e5, 2), heapUsed: 18e6 + ((at * 40) % 4) * 1e6 };
		return { connections: at > 0.55 ? 1 : 0, ...still, ...nowhere, ...own, cpu: around(0.012, 0.008, 3), load: 0.05 };
	}
	return {
		connections: Math.round((burst ? 400 - 55 * Math.sin((at - 0.78) * 14) : 395) * (0.95 + wave * 0.06)),
		fallback: Math.round(burst ? 40 + (at - 0.78) * 115 : 34 + wobble(Math.floor(at * 30)) * 2),
		received: around(56 * wave, 7, 1),
		delivered: around(325 * wave, 30, 2),
		failed: burst && wobble(seed) > 0.4 ? 1 : 0,
		errors: broken + (burst ? Math.max(0, Math.round(around(0.2, 1.4, 3))) : wobble(seed) > 0.985 ? 1 : 0),
		broken,
		responseMs: around(burst ? 38 : 8.2, burst ? 14 : 2, 5),
		deliveryMs: around(burst ? 47 : 10.1, burst ? 15 : 2.5, 6),
		commitMs: around(5.9, 1.4, 7),
		roundTripMs: wobble(seed + 8) > -0.2 ? around(burst ? 92 : 71, 18, 8) : null,
		loopDelayMs: around(burst ? 9 : 2.1, 1.5, 9),
		rss: 152e6 + at * 16e6 + wobble(seed) * 4e5,
		heapUsed: 44e6 + ((at * 70) % 5) * 5e6,
		cpu: around(burst ? 0.41 : 0.3, 0.05, 10),
		load: 0.62 + 0.1 * Math.sin(at * 5),
	};
}

export function seriesOf(scene: Scene, window: Window, end: number): Series {
	const { stepMs, points } = spans[window];
	const samples = Array.from({ length: points }, (_, index) => pointAt(scene, (index + 1) / points));
	// The server stood still for a while: nothing was measured.
	const isGap = (index: number) => scene === 'trouble' && index > points * 0.3 && index < points * 0.34;
	const of = (name: SeriesName) => samples.map((values, index) => (isGap(index) ? null : values[name]));
	const values: Series['values'] = {
		connections: of('connections'),
		fallback: of('fallback'),
		received: of('received'),
		delivered: of('delivered'),
		failed: of('failed'),
		errors: of('errors'),
		broken: of('broken'),
		responseMs: of('responseMs'),
		deliveryMs: of('deliveryMs'),
		commitMs: of('commitMs'),
		roundTripMs: of('roundTripMs'),
		loopDelayMs: of('loopDelayMs'),
		rss: of('rss'),
		heapUsed: of('heapUsed'),
		cpu: of('cpu'),
		load: of('load'),
	};
	return { window, from: end - (points - 1) * stepMs, stepMs, values };
}
