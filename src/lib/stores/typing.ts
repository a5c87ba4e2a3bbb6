/** Who is writing just now: others as their signals say it, which are forgotten after a moment, and we to them. */
import { createSubscriber } from 'svelte/reactivity';
import type { Client } from '../client/types.ts';
import { type Cancel, type Clock, systemClock } from '../clock.ts';
import { m } from '../paraglide/messages.js';
import type { User } from '../protocol/frames.ts';
import type { Room } from './room.svelte.ts';

/** For so long somebody is shown after their last signal; so often we say it while we go on. In milliseconds. */
const SHOWN = 5_000;
const SAID_EVERY = 3_000;
/** The server drops what comes sooner, so that it would be 3 s until somebody who begins anew is seen. In milliseconds. */
const SAID_AT_LEAST = 1_000;

const KIND = 'typing';

export class Typing {
	readonly #room: Pick<Room, 'name' | 'follow'>;
	readonly #clock: Clock;
	#client: Pick<Client, 'on' | 'signal' | 'user'> | null = null;
	/** By id: who, and until when they are shown. */
	readonly #others = new Map<string, { user: User; until: number }>();
	#cancel: Cancel = () => {};
	#said: { at: number; goesOn: boolean } | null = null;
	#update = () => {};
	readonly #subscribe = createSubscriber((update) => {
		this.#update = update;
	});

	constructor(room: Pick<Room, 'name' | 'follow'>, clock: Clock = systemClock) {
		this.#room = room;
		this.#clock = clock;
	}

	/** Others who write, in the order they began. */
	get people(): readonly User[] {
		this.#subscribe();
		return [...this.#others.values()].map(({ user }) => user);
	}

	/** What stands in our own field has changed: others hear of it at most every 3 s. Empty: emptied, or sent. */
	wrote(text: string) {
		const said = this.#said;
		if (text.trim() === '') {
			if (said) said.goesOn = false;
			return;
		}
		const now = this.#clock.now();
		if (said && now - said.at < (said.goesOn ? SAID_EVERY : SAID_AT_LEAST)) return;
		this.#said = { at: now, goesOn: true };
		this.#client?.signal(this.#room.name, KIND, {});
	}

	/** Follows who writes through `client`; returns what stops it. */
	open(client: Pick<Client, 'on' | 'signal' | 'user'>): () => void {
		this.#client = client;
		const stops = [
			client.on('state', (state) => state.name !== 'connected' && this.#forget()),
			this.#room.follow({
				signal: ({ kind, user }) => kind === KIND && user.id !== client.user?.id && this.#heard(user),
				// What somebody was writing has come.
				message: ({ user }) => this.#others.delete(user.id) && this.#changed(),
				presence: ({ left }) => left.filter((id) => this.#others.delete(id)).length > 0 && this.#changed(),
			}),
		];
		return () => {
			for (const stop of stops) stop();
			this.#client = null;
			this.#said = null;
			this.#forget();
		};
	}

	#heard(user: User) {
		this.#others.set(user.id, { user, until: this.#clock.now() + SHOWN });
		this.#changed();
	}

	#forget() {
		if (this.#others.size === 0) return;
		this.#others.clear();
		this.#changed();
	}

	/** One timer, for whoever is the next to be forgotten. */
	#changed() {
		this.#cancel();
		const next = Math.min(...[...this.#others.values()].map(({ until }) => until));
		if (Number.isFinite(next)) this.#cancel = this.#clock.setTimeout(() => this.#expire(), next - this.#clock.now());
		this.#update();
	}

	#expire() {
		const now = this.#clock.now();
		for (const [id, { until }] of this.#others) if (until <= now) this.#others.delete(id);
		this.#changed();
	}
}

/** A name that is written in the other direction must not turn the sentence around. */
const apart = ({ name }: User) => `\u2068${name}\u2069`;

/** Who writes, in a sentence; empty where nobody does. */
export function sentence(people: readonly User[]): string {
	const [first, second, ...others] = people;
	if (!first) return '';
	if (!second) return m.people_typing_one({ name: apart(first) });
	if (others.length === 0) return m.people_typing_two({ first: apart(first), second: apart(second) });
	return m.people_typing_many({ count: people.length });
}
