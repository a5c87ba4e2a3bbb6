/** What the page was last told of a room beside its messages: its state, and who is there. What an answer repeats or leaves out of it is no news. */
import type { Member, ServerFrame, Subscribed, Versions } from '../protocol/frames.ts';
import type { Joined } from './types.ts';

export type Change = Extract<ServerFrame, { type: 'state' | 'presence' }>;

export class Snapshot {
	#state: Record<string, unknown> = {};
	#stateVersion: number | undefined;
	/** Null where the room tells none. */
	#presence: { version: number; count: number } | null = null;
	/** By id, in the order they were told of. */
	#members = new Map<string, Member>();

	/** For the server, which leaves out what still stands. */
	get versions(): Versions {
		return { state: this.#stateVersion, presence: this.#presence?.version };
	}

	/** An answer for the page: what it left out is what was told before. */
	take(frame: Subscribed): Joined {
		if (frame.state) {
			this.#state = frame.state;
			this.#stateVersion = frame.stateVersion;
		}
		if (frame.presence) {
			const { version, count, members } = frame.presence;
			this.#presence = { version, count };
			this.#members = new Map(members.map((member) => [member.user.id, member]));
		}
		const presence = this.#presence && { ...this.#presence, members: [...this.#members.values()] };
		return { ...frame, state: this.#state, presence: presence ?? undefined };
	}

	/** Takes a change; false where a newer one was told already, by another link. */
	change(frame: Change): boolean {
		if (frame.type === 'state') {
			if (frame.version !== undefined && frame.version <= (this.#stateVersion ?? -1)) return false;
			this.#state = frame.state;
			this.#stateVersion = frame.version;
			return true;
		}
		const { version, count, changed, left } = frame;
		if (version <= (this.#presence?.version ?? -1)) return false;
		this.#presence = { version, count };
		for (const member of changed) this.#members.set(member.user.id, member);
		for (const id of left) this.#members.delete(id);
		return true;
	}

	/** What an answer that the page is not handed differs in: the changes that the page has yet to be told of. */
	compare({ room, state, stateVersion, presence }: Subscribed): Change[] {
		const news: Change[] = [];
		// Without a version the same state is the same text; this runs once an answer, not once a message.
		if (state && (stateVersion !== undefined || JSON.stringify(state) !== JSON.stringify(this.#state)))
			news.push({ type: 'state', room, version: stateVersion, state });
		if (presence) {
			const { version, count, members } = presence;
			const here = new Set(members.map(({ user }) => user.id));
			// A list that stops at its limit says nothing of those who are not on it.
			const left = here.size < count ? [] : [...this.#members.keys()].filter((id) => !here.has(id));
			news.push({ type: 'presence', room, version, count, changed: members, left });
		}
		return news;
	}
}
