/** One room's estimation as runes: what the person sees of it, their own card, and what they do. */
import { on } from 'svelte/events';
import { createSubscriber } from 'svelte/reactivity';
import * as v from 'valibot';
import { RealtimeError, type RealtimeErrorCode } from '../../client/errors.ts';
import { Estimation } from '../../client/estimation.ts';
import type { Client, OutboxItem, Receipt } from '../../client/types.ts';
import { type EstimationKind, type EstimationState, estimationKinds } from '../../protocol/estimation.ts';
import type { Message, User } from '../../protocol/frames.ts';
import type { Room } from '../room.svelte.ts';
import { isOfCards, keepCard, keptCard } from './kept-cards.ts';
import { agrees, choiceOf, type Kept } from './own-choice.ts';
import { type EstimationView, type Present, viewOf } from './view.ts';

/** What could not be done, and why. */
export interface Problem {
	kind: EstimationKind;
	code: RealtimeErrorCode;
	message: string;
}

/** What a page hands to whoever shows an estimation: each may be called on its own. */
export type EstimationActions = Pick<
	Estimating,
	'isWaiting' | 'choose' | 'reveal' | 'next' | 'name' | 'deal' | 'revealByItself' | 'dismiss'
>;

/** Not refused: given up with the page, or another tab sends it. */
const givenUp: readonly RealtimeErrorCode[] = ['closed', 'replaced', 'discarded'];
const isEstimation = (kind: string): kind is EstimationKind => Object.hasOwn(estimationKinds, kind);
type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

export class Estimating {
	readonly #room: Room;
	readonly #shelf: Shelf;
	readonly #estimation: Estimation;
	#client: Client | null = null;
	#pending: readonly OutboxItem[] = [];
	#kept: Kept | null;
	#confirmed = true;
	#problem: Problem | null = null;
	readonly #names = new Map<string, string>();
	#update = () => {};
	#subscribe = createSubscriber((update) => {
		this.#update = update;
	});

	/** @param recent messages that the server has rendered already: a later vote of ours may be among them */
	constructor(room: Room, shelf: Shelf, recent: readonly Message[] = []) {
		this.#room = room;
		this.#shelf = shelf;
		this.#kept = keptCard(shelf, room.name);
		for (const message of recent) this.#heard(message);
		this.#estimation = new Estimation(
			(kind, data) => this.#send(kind, data),
			() => room.state,
		);
	}

	/** What `me` sees while `present` are there; where that is not known, nobody is said to be anywhere. Null before the room has told its state, or where it has no estimation. */
	view(me: User | null, present: Present | null): EstimationView | null {
		this.#subscribe();
		const estimation = this.#room.state?.estimation;
		if (!estimation) return null;
		this.#told(estimation);
		for (const { user } of present?.members ?? []) this.#names.set(user.id, user.name);
		const choice = choiceOf({
			estimation,
			me: me?.id ?? null,
			pending: this.#pending,
			kept: this.#kept,
			confirmed: this.#confirmed,
		});
		return viewOf({ estimation, present, me, choice, nameOf: (id) => this.#names.get(id) });
	}

	/** Whether something of this kind is on its way. */
	readonly isWaiting = (kind: Exclude<EstimationKind, 'vote'>): boolean => {
		this.#subscribe();
		return this.#pending.some((item) => item.kind === kind);
	};

	/** What went wrong last, until something is done again. */
	get problem(): Problem | null {
		this.#subscribe();
		return this.#problem;
	}

	/** Votes with a card; null takes it back. */
	readonly choose = (value: string | null) => {
		this.#do('vote', () => this.#estimation.vote(value));
	};

	readonly reveal = () => {
		this.#do('reveal', () => this.#estimation.reveal());
	};

	readonly next = (topic: string) => {
		this.#do('reset', () => this.#estimation.reset(topic === '' ? undefined : topic));
	};

	readonly name = (topic: string) => {
		this.#do('topic', () => this.#estimation.topic(topic));
	};

	readonly deal = (cards: readonly string[]) => {
		this.#do('deck', () => this.#estimation.deck(cards));
	};

	readonly revealByItself = (on: boolean) => {
		this.#do('auto-reveal', () => this.#estimation.autoReveal(on));
	};

	readonly dismiss = () => {
		this.#problem = null;
		this.#update();
	};

	/** Follows the room's votes through `client`; returns the function that stops it. */
	open(client: Client): () => void {
		this.#client = client;
		const stops = [
			client.on('outbox', (item) => item.room === this.#room.name && isEstimation(item.kind) && this.#changed(item)),
			this.#room.follow({
				message: (message) => this.#heard(message),
				// After a reset, offsets are those of another log.
				subscribed: ({ result }) => result === 'reset' && this.#keep(null),
			}),
			on(window, 'storage', ({ key }) => isOfCards(key) && this.#recall()),
		];
		this.#changed();
		return () => {
			for (const stop of stops) stop();
			this.#client = null;
		};
	}

	#do(kind: EstimationKind, act: () => Promise<Receipt>) {
		this.#problem = null;
		this.#update();
		act().catch((error) => {
			const { code, message } = error instanceof RealtimeError ? error : new RealtimeError('handler', String(error), error);
			if (!givenUp.includes(code)) this.#failed({ kind, code, message });
		});
	}

	#send(kind: EstimationKind, data: unknown): Promise<Receipt> {
		if (!this.#client) return Promise.reject(new RealtimeError('disconnected', 'not sent: the page is not ready yet'));
		try {
			return this.#client.send(this.#room.name, kind, data).stored;
		} catch (error) {
			return Promise.reject(error);
		}
	}

	#failed(problem: Problem) {
		this.#problem = problem;
		this.#update();
	}

	#changed(item?: OutboxItem) {
		const all = this.#client?.outbox(this.#room.name).filter(({ kind }) => isEstimation(kind)) ?? [];
		this.#pending = all.filter(({ status }) => status !== 'failed');
		if (item?.status === 'stored') this.#stored(item);
		const refused = all.filter(({ status }) => status === 'failed');
		// Not while the outbox is in the middle of telling.
		if (refused.length > 0) queueMicrotask(() => this.#forget(refused));
		this.#update();
	}

	/** A refused one would wait for the person under a message; here the reason is told once, and the card goes back. */
	#forget(refused: readonly OutboxItem[]) {
		for (const item of refused) {
			const { kind, error } = item;
			if (isEstimation(kind)) this.#failed({ kind, code: error?.code ?? 'server-error', message: error?.message ?? '' });
			this.#client?.discard(item);
		}
	}

	#stored({ kind, data, offset }: OutboxItem) {
		const vote = kind === 'vote' ? v.safeParse(estimationKinds.vote, data) : null;
		const user = this.#client?.user?.id;
		if (!vote?.success || user === undefined || offset === undefined) return;
		if (this.#kept && this.#kept.offset > offset) return;
		this.#confirmed = false;
		this.#keep({ ...vote.output, user, offset });
	}

	/** We have voted since, elsewhere: what is remembered here is not it. */
	#heard({ kind, user, offset }: Message) {
		if (kind === 'vote' && this.#kept && user.id === this.#kept.user && offset > this.#kept.offset) this.#kept = null;
		this.#update();
	}

	/** Another tab of this browser has voted, or knows what we do not. */
	#recall() {
		const other = keptCard(this.#shelf, this.#room.name);
		if (!other || other.offset <= (this.#kept?.offset ?? 0)) return;
		this.#kept = other;
		this.#confirmed = false;
		this.#update();
	}

	#keep(card: Kept | null) {
		this.#kept = card;
		keepCard(this.#shelf, this.#room.name, card);
		this.#update();
	}

	#told(estimation: EstimationState) {
		if (this.#kept && !this.#confirmed && agrees(estimation, this.#kept)) this.#confirmed = true;
		for (const [id, { name }] of Object.entries(estimation.votes)) if (name !== undefined) this.#names.set(id, name);
	}
}
