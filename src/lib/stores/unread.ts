/**
 * What waits in the rooms visited before. They are asked for what is new now and then, and not followed: whoever follows a room is
 * seen there by others, and their vote is waited for.
 */
import { createContext } from 'svelte';
import { on } from 'svelte/events';
import { createSubscriber } from 'svelte/reactivity';
import { RealtimeError } from '../client/errors.ts';
import type { Client } from '../client/types.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { Message } from '../protocol/frames.ts';
import { markRead, READ_KEY, readMarks } from './read-marks.ts';
import type { Shelf } from './shelf.ts';
import { mentions } from './text-parts.ts';
import { textOf } from './transcript.ts';
import { forgetRoom, rememberRoom, type Visited, visitedRooms } from './visited.ts';

export interface Waiting {
	/** Messages of others after the last that was read. */
	count: number;
	/** There are more than were counted. */
	more: boolean;
	/** One of them means this person. */
	mention: boolean;
}

/** A pause between two rounds, and before the first: the room in sight comes first. In milliseconds. */
const ROUND = 20_000;
const FIRST = 1_500;
/** Messages looked at in one room. */
const MOST = 100;
const FAR = Number.MAX_SAFE_INTEGER;
const NOTHING: Waiting = { count: 0, more: false, mention: false };

export class Unread {
	readonly #shelf: Shelf;
	readonly #clock: Clock;
	#rooms: Visited[] = [];
	readonly #waiting = new Map<string, Waiting>();
	readonly #read = new Map<string, number>();
	/** The newest message of each room as of the last look. */
	readonly #heads = new Map<string, number>();
	#here: string | null = null;
	#look: () => Promise<void> = async () => {};
	#update = () => {};
	readonly #subscribe = createSubscriber((update) => {
		this.#update = update;
	});
	/** Something new waits in a room that is not in sight. */
	onnews: (room: Visited, waiting: Waiting) => void = () => {};

	constructor(shelf: Shelf, clock: Clock) {
		this.#shelf = shelf;
		this.#clock = clock;
	}

	/** Newest first. */
	get rooms(): readonly Visited[] {
		this.#subscribe();
		return this.#rooms;
	}

	of(room: string): Waiting {
		this.#subscribe();
		return this.#waiting.get(room) ?? NOTHING;
	}

	/** In all rooms but the one that is open. */
	get total(): Waiting {
		this.#subscribe();
		let total = NOTHING;
		for (const { count, more, mention } of this.#waiting.values())
			total = { count: total.count + count, more: total.more || more, mention: total.mention || mention };
		return total;
	}

	/** The offset up to which a room was read, or null before it ever was. */
	readTo(room: string): number | null {
		this.#subscribe();
		return this.#read.get(room) ?? null;
	}

	/** Takes up what the browser keeps, and what its other tabs change; returns what stops it. */
	mount(): () => void {
		this.#load();
		return on(window, 'storage', ({ key }) => key === READ_KEY && this.#load());
	}

	/** A room is open: it counts for itself. */
	enter(room: string, title: string): () => void {
		rememberRoom(this.#shelf, room, title);
		this.#load();
		this.#here = room;
		this.#waiting.delete(room);
		this.#update();
		return () => {
			if (this.#here === room) this.#here = null;
		};
	}

	/** All up to this message was in sight. */
	read(room: string, offset: number) {
		if (this.#read.get(room) === offset) return;
		this.#read.set(room, offset);
		markRead(this.#shelf, room, offset);
		this.#update();
	}

	/** What the browser kept is gone: somebody else is here. */
	forget() {
		this.#read.clear();
		this.#heads.clear();
		this.#waiting.clear();
		this.#load();
	}

	/** Looks at once, such as when the list is opened. */
	refresh(): Promise<void> {
		return this.#look();
	}

	/** Asks what is new over this client, again and again; returns what stops it. */
	watch(client: Client): () => void {
		let cancel: Cancel = () => {};
		let stopped = false;
		let running: Promise<void> | null = null;
		const look = () => {
			running ??= this.#round(client).finally(() => {
				running = null;
			});
			return running;
		};
		const later = (ms: number) => {
			cancel();
			if (!stopped) cancel = this.#clock.setTimeout(() => look().finally(() => later(ROUND)), ms);
		};
		this.#look = look;
		const stop = client.on('state', ({ name }, previous) => name === 'connected' && previous.name !== name && later(FIRST));
		later(FIRST);
		return () => {
			stopped = true;
			cancel();
			stop();
			this.#look = async () => {};
		};
	}

	#load() {
		this.#rooms = visitedRooms(this.#shelf);
		for (const [room, offset] of readMarks(this.#shelf)) {
			this.#read.set(room, offset);
			// Read in another tab.
			if (offset >= (this.#heads.get(room) ?? Number.POSITIVE_INFINITY)) this.#waiting.delete(room);
		}
		this.#update();
	}

	async #round(client: Client) {
		for (const visited of this.#rooms) {
			if (client.state.name !== 'connected') return;
			if (visited.room === this.#here) continue;
			try {
				await this.#ask(client, visited);
			} catch (error) {
				if (!(error instanceof RealtimeError) || error.code !== 'forbidden') return;
				forgetRoom(this.#shelf, visited.room);
				this.#waiting.delete(visited.room);
				this.#load();
			}
		}
	}

	async #ask(client: Client, visited: Visited) {
		const { room } = visited;
		const head = (await client.history(room, FAR, 1)).messages.at(-1)?.offset ?? 0;
		const read = this.#read.get(room);
		if (head === this.#heads.get(room) && read !== undefined && read <= head) return;
		// One that was never read here begins with what comes from now on; below the mark a new log has begun.
		if (read === undefined || read > head) this.read(room, read === undefined ? head : 0);
		this.#heads.set(room, head);
		const from = this.#read.get(room) ?? head;
		if (from >= head) return this.#wait(room, NOTHING);
		const { messages } = await client.history(room, head + 1, Math.min(head - from, MOST));
		if (room === this.#here) return;
		const waiting = waitingIn(messages, from, client.user, head - from > MOST);
		const before = this.of(room);
		this.#wait(room, waiting);
		if (waiting.count > before.count) this.onnews(visited, { ...waiting, mention: waiting.mention && !before.mention });
	}

	#wait(room: string, waiting: Waiting) {
		if (waiting.count === 0) this.#waiting.delete(room);
		else this.#waiting.set(room, waiting);
		this.#update();
	}
}

/** What of these messages is news to `me`. */
export function waitingIn(
	messages: readonly Message[],
	from: number,
	me: { id: string; name: string } | null,
	more = false,
): Waiting {
	const texts = messages.flatMap((message) =>
		message.offset > from && message.user.id !== me?.id ? [textOf(message)].filter((text) => text !== null) : [],
	);
	return { count: texts.length, more, mention: me !== null && texts.some((text) => mentions(text, me.name)) };
}

export const [getUnread, setUnread] = createContext<Unread>();
