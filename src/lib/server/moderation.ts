/** Who leads an estimation, as far as that depends on who is there: the first to come, anybody while they are gone, and nobody to reveal by hand. */
import type { User } from '../protocol/frames.ts';
import type { Hub } from './hub.ts';
import type { Presence } from './presence.ts';
import type { Publisher } from './publisher.ts';
import type { Room } from './room.ts';
import { type Act, EVERYBODY } from './rooms/estimation.ts';
import type { Asked } from './rooms/kinds.ts';

export interface ModerationParts {
	hub: Pick<Hub, 'viewOf'>;
	presence: Presence;
	publisher: Pick<Publisher, 'claim' | 'reveal'>;
}

export class Moderation {
	readonly #parts: ModerationParts;
	/** Who leads, of rooms where the disk did not take it: it goes before whatever is done there next. */
	readonly #unstored = new Map<string, string>();

	constructor(parts: ModerationParts) {
		this.#parts = parts;
	}

	/** Somebody is about to be told of a room. The first whom it ever saw leads it: at once here, and soon on the disk. */
	entering(room: Room, { id }: User) {
		const { version, state, reveals } = room.view;
		const { estimation } = state;
		if (estimation?.facilitator !== '') return;
		// As the log will tell it, so that nobody hears of it twice.
		room.see({ version: version + 1, state: { ...state, estimation: { ...estimation, facilitator: id } }, reveals });
		this.#claim(room.name, id);
	}

	#claim(room: string, user: string) {
		this.#unstored.delete(room);
		this.#parts.publisher.claim(room, user, () => this.#unstored.set(room, user));
	}

	/** What somebody asks for, with what has to be known of those who are there. */
	actOf(room: string, asked: Asked, user: User): Act {
		const { hub, presence } = this.#parts;
		const unstored = this.#unstored.get(room);
		if (unstored !== undefined) this.#claim(room, unstored);
		const facilitator = hub.viewOf(room)?.state.estimation?.facilitator;
		// Nobody follows a room that is not at hand: whoever leads it is gone, unless they left a moment ago.
		const gone = facilitator === undefined ? presence.isDeserted(room) : presence.isGone(room, facilitator);
		return { ...asked, user, gone: gone ? (facilitator ?? EVERYBODY) : null };
	}

	/** Votes or people of a room have changed: reveals where it is to happen by itself, and everybody who is connected has voted. */
	check(room: string) {
		const { hub, presence, publisher } = this.#parts;
		const estimation = hub.viewOf(room)?.state.estimation;
		if (!estimation?.autoReveal || estimation.revealed) return;
		const here = presence.connected(room);
		if (here.length > 0 && here.every((id) => Object.hasOwn(estimation.votes, id))) publisher.reveal(room, estimation.round);
	}
}
