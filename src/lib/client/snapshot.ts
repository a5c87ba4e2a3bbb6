/** What the page was last told of a room beside its messages: its state, and who is there. What an answer repeats of it is no news. */
import type { ServerFrame, Subscribed } from '../protocol/frames.ts';

export type Change = Extract<ServerFrame, { type: 'state' | 'presence' }>;

export class Snapshot {
	#state: Subscribed['state'] = {};
	/** Of the presence; null where the room tells none. */
	#version: number | null = null;
	readonly #present = new Set<string>();

	/** An answer that the page is handed as it is. */
	take({ state, presence }: Subscribed): void {
		this.#state = state;
		this.#present.clear();
		this.#version = presence?.version ?? null;
		for (const { user } of presence?.members ?? []) this.#present.add(user.id);
	}

	/** A change that the page is told of. */
	change(frame: Change): void {
		if (frame.type === 'state') {
			this.#state = frame.state;
			return;
		}
		this.#version = frame.version;
		for (const { user } of frame.changed) this.#present.add(user.id);
		for (const id of frame.left) this.#present.delete(id);
	}

	/** What an answer that the page is not handed differs in: the changes that the page has yet to be told of. */
	compare({ room, state, presence }: Subscribed): Change[] {
		const news: Change[] = [];
		// From one server the same state is the same text; this runs once an answer, not once a message.
		if (JSON.stringify(state) !== JSON.stringify(this.#state)) news.push({ type: 'state', room, state });
		if (presence && presence.version !== this.#version) {
			const { version, count, members } = presence;
			const here = new Set(members.map(({ user }) => user.id));
			// A list that stops at its limit says nothing of those who are not on it.
			const left = here.size < count ? [] : [...this.#present].filter((id) => !here.has(id));
			news.push({ type: 'presence', room, version, count, changed: members, left });
		}
		return news;
	}
}
