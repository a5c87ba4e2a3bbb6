/** Remembers the last things that happened to the connection, for whoever has to find out later what went wrong. */
import type { Clock } from '../clock.ts';
import type { Ending, ErrorClass } from '../protocol/codes.ts';
import type { Notice } from '../transports/transport.ts';
import type { PageHost } from './page.ts';
import type { ConnectionState } from './types.ts';
import type { Verdict } from './verdicts.ts';

/** What happened. No message of a person is ever in it. */
export type Happening =
	| { type: 'state'; from: ConnectionState['name']; to: ConnectionState['name'] }
	/** Reconnect attempt number `attempt`; 0 is the first connect. */
	| { type: 'attempt'; attempt: number }
	/** What carries, is tried or has failed: HTTP is a fallback, and WebSocket a return. `probe`: beside what carries. */
	| { type: 'transport'; event: Notice['type']; transport: string; probe: boolean; code?: number; reason?: string }
	| { type: 'welcome'; transport: string; connection: string; boot: string; resumed: boolean; previous: Ending | null }
	/** `ageMs` is null for an attempt that failed. */
	| { type: 'close'; code: number; class: ErrorClass; reason: string; transport: string; ageMs: number | null; silentMs: number }
	/** An urgent question whether anybody is there, and after how long it was answered; null: it was not. */
	| { type: 'probe'; ms: number | null }
	/** What the browser said. */
	| { type: 'network'; event: NetworkEvent }
	| { type: 'check'; check: 'ticket' | 'socket'; ok: boolean; ms: number; result: string }
	| { type: 'verdict'; verdict: Verdict };

const onWindow = ['online', 'offline', 'pageshow', 'pagehide'] as const;
const onDocument = ['freeze', 'resume'] as const;
export type NetworkEvent = (typeof onWindow)[number] | (typeof onDocument)[number] | 'visible' | 'hidden';

/** `at` is wall time, milliseconds since 1970. */
export type TimelineEntry = { at: number } & Happening;

const KEPT = 200;

export function createFlightRecorder({ wall }: Pick<Clock, 'wall'>) {
	const entries: TimelineEntry[] = [];
	/** Where the oldest is, once it is full: nothing is moved to make room. */
	let oldest = 0;

	return {
		record(happening: Happening): void {
			const entry = { at: wall(), ...happening };
			if (entries.length < KEPT) entries.push(entry);
			else {
				entries[oldest] = entry;
				oldest = (oldest + 1) % KEPT;
			}
		},
		/** Oldest first. */
		timeline: (): readonly TimelineEntry[] => [...entries.slice(oldest), ...entries.slice(0, oldest)],
	};
}
export type FlightRecorder = ReturnType<typeof createFlightRecorder>;

/** Records what the browser says of network and page; returns the function that stops it. */
export function recordPage({ window, document }: PageHost, { record }: FlightRecorder): () => void {
	const note = (event: NetworkEvent) => record({ type: 'network', event });
	const turned = () => note(document?.visibilityState === 'hidden' ? 'hidden' : 'visible');
	const watched: [EventTarget | undefined, string, () => void][] = [
		...onWindow.map((event): [EventTarget | undefined, string, () => void] => [window, event, () => note(event)]),
		...onDocument.map((event): [EventTarget | undefined, string, () => void] => [document, event, () => note(event)]),
		[document, 'visibilitychange', turned],
	];
	for (const [target, event, run] of watched) target?.addEventListener(event, run);
	return () => {
		for (const [target, event, run] of watched) target?.removeEventListener(event, run);
	};
}
