/** Make-before-break: opens a second link beside the one that carries, and tells when everything is live over it. */
import type { Clock } from '../clock.ts';
import { type Frame, framesIn, roomsIn } from './frames-in.ts';
import { ABNORMAL, type Link, type LinkHandlers, type Transport } from './transport.ts';

export interface ProbeEvents extends Pick<LinkHandlers, 'greet' | 'message'> {
	/** Every room of its hello is live over `link`: `welcome` came over it, and what it brings from here on is `message`. */
	ready(link: Link, welcome: string): void;
	/** It is over: before it was ready the probe has failed, after that the link has ended. */
	close: LinkHandlers['close'];
}

export interface Probe {
	/** The server knows of it, and may take the session from the older link any moment. */
	readonly welcomed: boolean;
	/** Gives it up. Nothing is called any more. */
	cancel(): void;
}

/** @param timeoutMs from opening to everything live */
export function openProbe(transport: Transport, url: string, clock: Clock, timeoutMs: number, events: ProbeEvents): Probe {
	/** Rooms that are not live yet. */
	let missing = new Set<string>();
	let welcome: string | null = null;
	/** The pause that a refusal asked for. */
	let retryAfterMs: number | undefined;
	let state: 'opening' | 'ready' | 'over' = 'opening';
	const cancelTimeout = clock.setTimeout(() => {
		if (state !== 'opening') return;
		cancel();
		events.close(ABNORMAL, 'It did not get live in time.');
	}, timeoutMs);

	const link = transport.open(url, {
		async greet() {
			const hello = await events.greet();
			return (request) => {
				const text = hello(request);
				missing = new Set(roomsIn(text).map(({ room }) => room));
				return text;
			};
		},
		message(text) {
			const frames = state === 'opening' ? framesIn(text) : [];
			const refusal = frames.find(({ type, fatal }) => type === 'error' && fatal);
			// Not handed on: it would be taken for the last word of the link that carries.
			if (refusal) retryAfterMs = refusal.retryAfterMs;
			else events.message(text);
			if (state === 'opening') look(frames);
		},
		close(code, reason, asked = retryAfterMs) {
			if (state === 'over') return;
			end();
			events.close(code, reason, asked);
		},
	});

	/** What comes is handed on at once: whoever takes it knows each message by its offset. */
	function look(frames: Frame[]) {
		for (const frame of frames) {
			if (frame.type === 'welcome') welcome = JSON.stringify(frame);
			else if (frame.type === 'live' || frame.type === 'error') missing.delete(frame.room ?? '');
		}
		if (welcome === null || missing.size > 0) return;
		cancelTimeout();
		state = 'ready';
		events.ready(link, welcome);
	}

	function end() {
		state = 'over';
		cancelTimeout();
	}

	function cancel() {
		end();
		link.close(1000, '');
	}

	return {
		get welcomed() {
			return welcome !== null;
		},
		cancel,
	};
}
