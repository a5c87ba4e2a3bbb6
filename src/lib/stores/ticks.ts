/** The tick of one of our own messages: what has become of it, as a shape and in words. */
import { m } from '../paraglide/messages.js';
import type { Entry } from './transcript.ts';

export interface Tick {
	icon: 'queued' | 'sending' | 'stored' | 'failed';
	label: string;
}

/** A send that takes longer is called slow. It goes on all the same. */
const SLOW_MS = 10_000;

/** `now` is monotonic, as `sendingSince` is. */
export function tickOf({ status, sendingSince }: Pick<Entry, 'status' | 'sendingSince'>, now: number): Tick {
	if (status === 'queued') return { icon: 'queued', label: m.chat_tick_queued() };
	if (status === 'stored') return { icon: 'stored', label: m.chat_tick_stored() };
	if (status === 'failed') return { icon: 'failed', label: m.chat_tick_failed() };
	const slow = sendingSince !== null && now - sendingSince >= SLOW_MS;
	return { icon: 'sending', label: slow ? m.chat_tick_slow() : m.chat_tick_sending() };
}
