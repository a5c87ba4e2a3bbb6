/** What carries the people of a run: one transport for all of them, one each, or whatever their networks let through at the time. */
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { selectorTransport } from '../../src/lib/transports/selector.ts';
import type { Transport, TransportName } from '../../src/lib/transports/transport.ts';
import type { Recorder } from '../support/history.ts';
import { singleTransport } from '../support/ways.ts';
import { recordTransport } from '../support/wire.ts';

/** `switching`: everybody begins with what gets through and moves; `all`: one kind each, in turn. */
export const transportModes = ['switching', 'all', 'websocket', 'event-stream', 'long-polling'] as const;
export type TransportMode = (typeof transportModes)[number];

const inTurn = ['websocket', 'event-stream', 'long-polling', 'switching'] as const;

/** Networks change by the second here, so what is learned of one must not last. */
const times = { slow: 300, lastProbe: 2_000, probeTimeout: 1_500, young: 500, quarantine: 3_000 };

export interface Carried {
	mode: TransportMode;
	/** Counts the people, so that not all of them are alike. */
	index: number;
	cookie: string;
	recorder: Recorder;
	clock: Clock;
}

/** A transport with a recorder at each of its ways. */
export function transportOf({ mode, index, cookie, recorder, clock }: Carried): Transport {
	const open = (name: TransportName) => recordTransport(singleTransport(name, { headers: { cookie }, clock }), recorder);
	const kind = mode === 'all' ? (inTurn[index % inTurn.length] ?? 'switching') : mode;
	if (kind !== 'switching') return open(kind);
	const polls = open('long-polling');
	return selectorTransport({
		clock,
		times: { ...times, firstProbe: 300 + 700 * (index % 3) },
		storage: index % 3 === 2 ? alreadyBlocked() : undefined,
		webSocket: open('websocket'),
		// Half of the networks collect a stream before they pass it on.
		fallbacks: index % 2 === 0 ? [open('event-stream'), polls] : [polls],
	});
}

/** The tab has learned before that its network takes no WebSocket: it begins over HTTP. */
function alreadyBlocked() {
	let until: string | null = String(systemClock.wall() + times.quarantine);
	return {
		getItem: () => until,
		setItem(_: string, value: string) {
			until = value;
		},
		removeItem() {
			until = null;
		},
	};
}
