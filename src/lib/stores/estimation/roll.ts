/** Who is in the room, as the room tells it: whole with each answer, and change by change in between. */
import type { Joined, PresenceChange } from '../../client/types.ts';
import type { Member } from '../../protocol/frames.ts';
import type { Present } from './view.ts';

export class Roll {
	#count = 0;
	#members: Map<string, Member> | null = null;

	/** Null where it was never told. */
	get present(): Present | null {
		return this.#members && { count: Math.max(this.#count, this.#members.size), members: [...this.#members.values()] };
	}

	take({ presence }: Pick<Joined, 'presence'>) {
		if (!presence) return;
		this.#count = presence.count;
		this.#members = new Map(presence.members.map((member) => [member.user.id, member]));
	}

	change({ count, changed, left }: PresenceChange) {
		this.#members ??= new Map();
		this.#count = count;
		for (const member of changed) this.#members.set(member.user.id, member);
		for (const id of left) this.#members.delete(id);
	}
}
