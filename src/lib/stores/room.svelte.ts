/** One room as runes over its transcript: follows it through a client, and hands on what the person does. */
import { createSubscriber } from 'svelte/reactivity';
import * as v from 'valibot';
import type { Client, OutboxItem, RoomHandlers, Subscription } from '../client/types.ts';
import { systemClock } from '../clock.ts';
import { m } from '../paraglide/messages.js';
import { type SessionState, sessionState } from '../protocol/estimation.ts';
import type { Position } from '../protocol/frames.ts';
import { HISTORY_MESSAGES } from '../protocol/limits.ts';
import { say, sayOtherwise } from './speaking.ts';
import { type Entry, type Recent, Transcript } from './transcript.ts';

/** Messages kept while the person reads at the end, and while they read further up. */
const KEPT_AT_END = 500;
const KEPT_READING = 20_000;
/** Messages that `recent` hands on at the most: what a page is rendered with. */
const RECENT = 50;

/** Hears what the room tells, besides its transcript. */
export type Follower = Pick<RoomHandlers, 'subscribed' | 'presence' | 'signal'> & Partial<Pick<RoomHandlers, 'message'>>;

export class Room {
	readonly name: string;
	readonly #transcript: Transcript;
	#position: Position | undefined;
	#client: Client | null = null;
	#subscription: Subscription | null = null;
	#head = 0;
	#state: SessionState | null = null;
	#atEnd = true;
	#earlier: 'idle' | 'loading' | 'failed' = 'idle';
	#refused: string | null = null;
	/** Others who hear what the room tells, such as its estimation. */
	readonly #followers = new Set<Follower>();
	/** As of the last change: more than one part of a page looks at them. */
	#entries: Entry[] | null = null;
	#tell = () => {};
	#subscribe = createSubscriber((update) => {
		this.#tell = update;
	});

	/** @param recent what the server has rendered already; without it, the room begins with its recent messages once it is open */
	constructor(name: string, recent?: Recent) {
		this.name = name;
		this.#transcript = new Transcript(recent ?? { messages: [], more: true });
		this.#position = recent && { epoch: recent.epoch, offset: recent.offset };
	}

	get entries() {
		this.#subscribe();
		this.#entries ??= this.#transcript.entries();
		return this.#entries;
	}

	/** The offset of the newest message that is here, of whatever kind; 0: none. */
	get lastOffset() {
		this.#subscribe();
		return this.#transcript.lastOffset;
	}

	/** Its newest messages and the position after them, as a page begins with them; null before there is a position. */
	get recent(): Recent | null {
		this.#subscribe();
		const position = this.#subscription?.position ?? this.#position;
		if (!position) return null;
		// Of what was adopted the subscription knows nothing before the server has told it again.
		const offset = Math.max(position.offset, this.#transcript.lastOffset);
		return { epoch: position.epoch, offset, ...this.#transcript.newest(RECENT) };
	}

	get marks() {
		this.#subscribe();
		return this.#transcript.marks;
	}

	/** Missed messages still to come before the room is live. */
	get behind() {
		this.#subscribe();
		const position = this.#subscription?.position ?? this.#position;
		return position ? Math.max(0, this.#head - position.offset) : 0;
	}

	/** The room's state as it was last told, or null before. */
	get state() {
		this.#subscribe();
		return this.#state;
	}

	/** Whether there are earlier messages, and what came of asking for them. */
	get earlier(): 'none' | 'idle' | 'loading' | 'failed' {
		this.#subscribe();
		return this.#transcript.earlierThan === null ? 'none' : this.#earlier;
	}

	/** Why the room cannot be followed, or null. */
	get refused() {
		this.#subscribe();
		return this.#refused;
	}

	/** Takes in what this device has seen since the page was rendered. What is older, or of another log, is left alone. */
	adopt(recent: Recent) {
		const position = this.#subscription?.position ?? this.#position;
		if (position?.epoch !== recent.epoch || position.offset >= recent.offset) return;
		this.#transcript.adopt(recent);
		// Once it is open the server tells all since its own position: what is known already is passed over.
		this.#position = { epoch: recent.epoch, offset: recent.offset };
		this.#update();
	}

	/** Follows the room through `client` from where it was left; returns the function that stops it. */
	open(client: Client): () => void {
		this.#client = client;
		const stops = [
			client.on('outbox', (item) => item.room === this.name && this.#changed(item)),
			client.on(
				'state',
				(state, { name }) => name === 'connected' && state.name !== name && this.#transcript.lost(systemClock.wall()),
			),
		];
		this.#changed();
		const subscription = client.subscribe(this.name, this.#handlers(client), this.#position);
		this.#subscription = subscription;
		return () => {
			for (const stop of stops) stop();
			this.#position = subscription.position ?? this.#position;
			subscription.close();
			this.#client = null;
			this.#subscription = null;
		};
	}

	/** From here on `follower` hears what the room tells, whichever client it is open through. Returns what stops it. */
	follow(follower: Follower): () => void {
		this.#followers.add(follower);
		return () => this.#followers.delete(follower);
	}

	/** Hands a message in. Returns why it could not be taken, or null. */
	send(text: string): string | null {
		const problem = say(this.#client, this.name, text);
		if (problem !== null) return problem;
		this.#transcript.sent();
		this.#update();
		return null;
	}

	/** Gives one of ours another text, where it stands or as a new one. Returns why that could not be, or null. */
	edit(item: OutboxItem, text: string): string | null {
		return sayOtherwise(this.#client, item, text);
	}

	/** Sends a refused message once more, as a new one. */
	retry(item: OutboxItem) {
		if (!this.#client) return;
		this.#client.discard(item);
		this.#client.send(this.name, item.kind, item.data).stored.catch(() => {
			// As in `send`.
		});
	}

	discard(item: OutboxItem) {
		this.#client?.discard(item);
	}

	/** Asks for a page of earlier messages. */
	async loadEarlier() {
		const before = this.#transcript.earlierThan;
		if (before === null || this.#earlier === 'loading' || !this.#client) return;
		this.#earlier = 'loading';
		this.#update();
		try {
			const { messages, more } = await this.#client.history(this.name, before, HISTORY_MESSAGES);
			this.#transcript.prepend(messages, more);
			this.#earlier = 'idle';
		} catch {
			// The reason is the connection's, and the banner tells it; here it is enough that asking again may help.
			this.#earlier = 'failed';
		}
		this.#update();
	}

	/** All up to this offset was read on an earlier visit. */
	wasRead(offset: number, me: string | null) {
		this.#transcript.wasRead(offset, me);
		this.#update();
	}

	/** Whether the person reads at the end, where the oldest messages may go. */
	reading(atEnd: boolean) {
		this.#atEnd = atEnd;
		if (this.#transcript.trim(atEnd ? KEPT_AT_END : KEPT_READING)) this.#update();
	}

	#handlers(client: Client): RoomHandlers {
		return {
			message: (message) => {
				this.#transcript.append(message, message.user.id === client.user?.id);
				if (this.#earlier !== 'loading') this.#transcript.trim(this.#atEnd ? KEPT_AT_END : KEPT_READING);
				this.#update();
				for (const follower of this.#followers) follower.message?.(message);
			},
			subscribed: (subscribed) => {
				this.#head = subscribed.offset;
				this.#refused = null;
				this.#transcript.subscribed(subscribed, systemClock.wall());
				this.#told(subscribed.state);
				for (const follower of this.#followers) follower.subscribed?.(subscribed);
			},
			presence: (change) => {
				for (const follower of this.#followers) follower.presence?.(change);
			},
			signal: (signal) => {
				for (const follower of this.#followers) follower.signal?.(signal);
			},
			state: (state) => this.#told(state),
			live: (offset) => {
				this.#head = 0;
				this.#transcript.live(offset);
				this.#update();
			},
			error: (error) => {
				this.#refused = error.code === 'forbidden' ? m.chat_room_not_open() : error.message;
				this.#update();
			},
		};
	}

	#update() {
		this.#entries = null;
		this.#tell();
	}

	/** One that does not validate throws, which the client reports, and the last one stays. */
	#told(state: unknown) {
		// Nothing is drawn before this is through.
		this.#update();
		this.#state = v.parse(sessionState, state);
	}

	#changed(item?: OutboxItem) {
		this.#transcript.outbox(this.#client?.outbox(this.name) ?? [], systemClock.now(), item, this.#client?.isUnsent);
		this.#update();
	}
}
