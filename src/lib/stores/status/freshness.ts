/** How current the figures are: what is old must never look as if it were now. */
import { m } from '../../paraglide/messages.js';
import { lasted, type Times } from './format.ts';

/** The server tells its figures each second: this long without any is three that did not come. */
export const STALE_AFTER_MS = 3_000;

/** Times of the wall, in milliseconds since 1970. */
export type Freshness =
	/** As the server rendered it, before anything was heard. */
	| { name: 'rendered'; at: number }
	| { name: 'live'; agoMs: number }
	| { name: 'paused'; since: number }
	/** Looked at again, and nothing was heard yet: as it was at that time. */
	| { name: 'missed'; at: number }
	| { name: 'stale'; since: number; agoMs: number };

export interface Heard {
	/** When figures last came: monotonic milliseconds, and the same moment on the wall. */
	now: number;
	wall: number;
	/** Since when somebody looks, in monotonic milliseconds; null: nobody does. */
	looked: number | null;
	/** By the page's load, not by the connection. */
	rendered: boolean;
}

/** @param paused since when, on the wall; null: not at all */
export function freshness(heard: Heard, now: number, paused: number | null): Freshness {
	if (paused !== null) return { name: 'paused', since: paused };
	const agoMs = Math.max(0, now - heard.now);
	const waited = heard.looked !== null && heard.looked > heard.now ? now - heard.looked : agoMs;
	if (waited > STALE_AFTER_MS) return { name: 'stale', since: heard.wall, agoMs };
	if (waited !== agoMs) return { name: 'missed', at: heard.wall };
	return heard.rendered ? { name: 'rendered', at: heard.wall } : { name: 'live', agoMs };
}

export function freshnessText(state: Freshness, times: Times): string {
	if (state.name === 'stale') {
		const time = times.second(state.since);
		// How long, too, once that says something: the time alone may be that of another day.
		return state.agoMs >= 10_000
			? m.status_stale_since_for({ time, duration: lasted(state.agoMs) })
			: m.status_stale_since({ time });
	}
	if (state.name === 'paused') return m.status_paused_at({ time: times.second(state.since) });
	if (state.name === 'rendered' || state.name === 'missed') return m.status_as_of({ time: times.second(state.at) });
	if (state.agoMs < 1_000) return m.status_updated_now();
	return m.status_updated_ago({ duration: lasted(Math.floor(state.agoMs / 1_000) * 1_000) });
}
