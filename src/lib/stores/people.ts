/** Who is in a room, as the page shows it: known while it is connected, and by nobody's guess while it is not. */
import { createSubscriber } from 'svelte/reactivity';
import type { Client } from '../client/types.ts';
import type { User } from '../protocol/frames.ts';
import { Roll } from './estimation/roll.ts';
import type { Present } from './estimation/view.ts';
import type { Room } from './room.svelte.ts';

export class People {
	readonly #room: Pick<Room, 'follow'>;
	#roll = new Roll();
	#update = () => {};
	readonly #subscribe = createSubscriber((update) => {
		this.#update = update;
	});

	constructor(room: Pick<Room, 'follow'>) {
		this.#room = room;
	}

	/** Null: not known. What was true before the connection broke may not be so any more. */
	get present(): Present | null {
		this.#subscribe();
		return this.#roll.present;
	}

	/** Follows who is there through `client`, which is to be called before the room is opened through it; returns what stops it. */
	open(client: Pick<Client, 'on'>): () => void {
		const stops = [
			client.on('state', (state) => state.name !== 'connected' && this.#forget()),
			this.#room.follow({
				subscribed: (subscribed) => {
					this.#roll.take(subscribed);
					this.#update();
				},
				presence: (change) => {
					this.#roll.change(change);
					this.#update();
				},
			}),
		];
		return () => {
			for (const stop of stops) stop();
			this.#forget();
		};
	}

	#forget() {
		if (!this.#roll.present) return;
		this.#roll = new Roll();
		this.#update();
	}
}

export interface Listed {
	user: User;
	isAway: boolean;
	isSelf: boolean;
}

/** You first, then who is active, then who is away, each in the order they came; `more`: those who are there and not in the list. */
export function listed({ members, count }: Present, self: string | null): { people: Listed[]; more: number } {
	const people = members.map(({ user, status }) => ({ user, isAway: status === 'away', isSelf: user.id === self }));
	const place = ({ isSelf, isAway }: Listed) => (isSelf ? 0 : isAway ? 2 : 1);
	people.sort((a, b) => place(a) - place(b));
	return { people, more: Math.max(0, count - people.length) };
}
