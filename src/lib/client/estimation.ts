/** What people do in an estimation, as messages for the round that their session is in. */
import type { EstimationData, EstimationKind, SessionState } from '../protocol/estimation.ts';
import { RealtimeError } from './errors.ts';
import type { Receipt } from './types.ts';

export type SendEstimation = <Kind extends EstimationKind>(kind: Kind, data: EstimationData<Kind>) => Promise<Receipt>;

/**
 * All of them reject with a `RealtimeError`: `unsupported` in a room without an estimation, `disconnected` before the room has told its
 * state, and with what the server answers, such as `stale-round`. While offline they wait; votes, reveals and resets for the round that was seen.
 */
export class Estimation {
	readonly #send: SendEstimation;
	readonly #state: () => SessionState | null;

	constructor(send: SendEstimation, state: () => SessionState | null) {
		this.#send = send;
		this.#state = state;
	}

	vote(value: string | null): Promise<Receipt> {
		return this.#act('vote', (round) => ({ round, value }));
	}

	reveal(): Promise<Receipt> {
		return this.#act('reveal', (round) => ({ round }));
	}

	reset(topic: string | undefined): Promise<Receipt> {
		return this.#act('reset', (round) => ({ round, topic }));
	}

	topic(text: string): Promise<Receipt> {
		return this.#act('topic', () => ({ text }));
	}

	deck(cards: readonly string[]): Promise<Receipt> {
		return this.#act('deck', () => ({ cards: [...cards] }));
	}

	autoReveal(on: boolean): Promise<Receipt> {
		return this.#act('auto-reveal', () => ({ on }));
	}

	#act<Kind extends EstimationKind>(kind: Kind, dataIn: (round: number) => EstimationData<Kind>): Promise<Receipt> {
		const state = this.#state();
		if (!state) {
			const untold = `a "${kind}" is for the session's round, and the session has not told its state yet: wait for the first one`;
			return Promise.reject(new RealtimeError('disconnected', untold));
		}
		if (!state.estimation) {
			const none = `"${kind}" is not supported by this room: its state has no estimation`;
			return Promise.reject(new RealtimeError('unsupported', none));
		}
		return this.#send(kind, dataIn(state.estimation.round));
	}
}
