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

	constructor(parts: ModerationParts) {
		this.#parts = parts;
	}

	/** Somebody is live in a room. The first whom it ever saw leads it. */
	joined(room: Room, { id }: User) {
		if (room.view.state.estimation?.facilitator !== '' || room.claimed) return;
		room.claimed = true;
		this.#parts.publisher.claim(room.name, id, () => {
			room.claimed = false; // whoever comes next tries again
		});
	}

	/** What somebody asks for, with what has to be known of those who are there. */
	actOf(room: string, asked: Asked, user: User): Act {
		const { hub, presence } = this.#parts;
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
