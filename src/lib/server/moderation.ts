/** Who leads an estimation, as far as that depends on who is there: the first to come, anybody while they are gone, and nobody to reveal by hand. */
import type { User } from '../protocol/frames.ts';
import type { Hub } from './hub.ts';
import type { MessageLog } from './log/message-log.ts';
import type { Presence } from './presence.ts';
import type { Publisher } from './publisher.ts';
import type { Room } from './room.ts';
import { type Act, EVERYBODY } from './rooms/estimation.ts';
import type { Asked } from './rooms/kinds.ts';

/** Rooms whose leader waits for the disk. Of those beyond it the first who does something leads: hardly ever somebody else. */
const UNSTORED = 10_000;

export interface ModerationParts {
	hub: Pick<Hub, 'atHand'>;
	presence: Presence;
	publisher: Pick<Publisher, 'claim' | 'reveal'>;
	log: Pick<MessageLog, 'writable'>;
}

export class Moderation {
	readonly #parts: ModerationParts;
	/** Who leads, of rooms where the disk did not take it: it goes before whatever is done there next. */
	readonly #unstored = new Map<string, string>();
	/** Rooms to be looked at again: the disk did not take their reveal, or not everybody could be back yet. */
	readonly #unrevealed = new Set<string>();

	constructor(parts: ModerationParts) {
		this.#parts = parts;
	}

	/** Somebody is about to be told of a room. The first whom it ever saw leads it: at once here, and soon on the disk. */
	entering(room: Room, { id }: User) {
		const { version, state, reveals } = room.view;
		const { estimation } = state;
		if (estimation?.facilitator === '') {
			// As the log will tell it, so that nobody hears of it twice.
			room.see({ version: version + 1, state: { ...state, estimation: { ...estimation, facilitator: id } }, reveals });
			this.#claim(room.name, id);
		}
		// They came before the room was read.
		this.check(room.name);
	}

	#claim(room: string, user: string) {
		this.#unstored.delete(room);
		this.#parts.publisher.claim(room, user, () => {
			if (this.#unstored.size < UNSTORED) this.#unstored.set(room, user);
		});
	}

	/** What somebody asks for, with what has to be known of those who are there. */
	actOf(room: string, asked: Asked, user: User): Act {
		const { hub, presence } = this.#parts;
		const unstored = this.#unstored.get(room);
		if (unstored !== undefined) this.#claim(room, unstored);
		const facilitator = hub.atHand(room)?.view.state.estimation?.facilitator;
		// Nobody follows a room that is not at hand: whoever leads it is gone, unless they left a moment ago.
		const gone = facilitator === undefined ? presence.isDeserted(room) : presence.isGone(room, facilitator);
		return { ...asked, user, gone: gone ? (facilitator ?? EVERYBODY) : null };
	}

	/** Votes or people of a room have changed: reveals where it is to happen by itself, and everybody who is connected has voted. */
	check(room: string) {
		const { hub, presence, publisher } = this.#parts;
		const { view, isKnown = false } = hub.atHand(room) ?? {};
		const estimation = view?.state.estimation;
		if (!estimation?.autoReveal || estimation.revealed) return;
		const here = presence.connected(room);
		if (here.length === 0 || !here.every((id) => Object.hasOwn(estimation.votes, id))) return;
		const later = () => void this.#unrevealed.add(room);
		// After a start those who have voted may be back before those who have not: what is revealed cannot be taken back.
		if (isKnown && !presence.isSettled) later();
		else publisher.reveal(room, estimation.round, later);
	}

	/** Tries again what had to wait, once a second. */
	sweep() {
		const { presence, log } = this.#parts;
		if (!log.writable) return;
		for (const [room, user] of [...this.#unstored]) this.#claim(room, user);
		if (!presence.isSettled) return;
		for (const room of [...this.#unrevealed]) {
			this.#unrevealed.delete(room);
			this.check(room);
		}
	}
}
