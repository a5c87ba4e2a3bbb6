/** What people do in an estimation, as messages for the round that their session is in. */
import type { SessionState } from '../protocol/estimation.ts';
import { RealtimeError } from './errors.ts';
import type { Receipt } from './types.ts';

type Kind = 'vote' | 'reveal' | 'reset';

/**
 * All of them reject with a `RealtimeError`: `unsupported` in a room without an estimation, `disconnected` before the room has told its
 * state, and with what the server answers, such as `stale-round`. While offline they wait, for the round that was seen.
 */
export class Estimation {
	readonly #send: (kind: Kind, data: { round: number }) => Promise<Receipt>;
	readonly #state: () => SessionState | null;

	constructor(send: (kind: Kind, data: { round: number }) => Promise<Receipt>, state: () => SessionState | null) {
		this.#send = send;
		this.#state = state;
	}

	vote(value: string | null): Promise<Receipt> {
		return this.#act('vote', { value });
	}

	reveal(): Promise<Receipt> {
		return this.#act('reveal', {});
	}

	reset(topic: string | undefined): Promise<Receipt> {
		return this.#act('reset', { topic });
	}

	#act(kind: Kind, data: object): Promise<Receipt> {
		const state = this.#state();
		if (!state) {
			const untold = `a "${kind}" is for the session's round, and the session has not told its state yet: wait for the first one`;
			return Promise.reject(new RealtimeError('disconnected', untold));
		}
		if (!state.estimation) {
			const none = `"${kind}" is not supported by this room: its state has no estimation`;
			return Promise.reject(new RealtimeError('unsupported', none));
		}
		return this.#send(kind, { round: state.estimation.round, ...data });
	}
}
