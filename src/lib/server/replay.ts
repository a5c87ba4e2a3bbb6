/** What a subscriber missed, read from the log no faster than it reads; then it joins the live feed. */
import type { Member, Position, Subscribed, Versions } from '../protocol/frames.ts';
import { RECENT_MESSAGES } from '../protocol/limits.ts';
import type { Connection } from './connection.ts';
import type { Description } from './description.ts';
import type { MessageLog } from './log/message-log.ts';
import type { Counters } from './monitor/counters.ts';
import type { Room } from './room.ts';

/** A connection's place in a room: `result` once it was answered, `live` once replay is over and publish takes over. */
export interface Subscription {
	readonly room: Room;
	/** What the client has of the room's state and presence: as it said, then as it was told. */
	versions: Versions;
	/** Who it was told is there, while more may change before it is live. */
	members?: readonly Member[] | undefined;
	live: boolean;
	/** The right to the room was taken back, and the client has been told: nothing of it is told any more. */
	ended?: true;
	result?: Subscribed['result'];
}

/** Messages read from the log at a time while a subscriber catches up. */
const PAGE = 200;
/** Characters of them that are sent before the reader is waited for: far less than may wait for it. */
const PAGE_LENGTH = 65_536;

export interface ReplayParts {
	log: MessageLog;
	counters: Counters;
	description: Description;
	/** Whether the room is one of the server's own, whose recoveries are not counted. */
	isOwn(room: Room): boolean;
	entering(room: Room, connection: Connection): void;
}

export class Replay {
	readonly #parts: ReplayParts;

	constructor(parts: ReplayParts) {
		this.#parts = parts;
	}

	/** Reads what is missing first. Resolves once the connection is live, or has gone. */
	async catchUp(connection: Connection, subscription: Subscription, position: Position | null): Promise<void> {
		const { room } = subscription;
		if (!room.loaded) await room.load(this.#parts.log);
		if (!position || position.epoch !== room.epoch || position.offset > room.head)
			return this.atOnce(connection, subscription, position);
		const { floor } = await this.#parts.log.head(room.name);
		const to = room.head;
		const from = Math.max(position.offset, floor);
		const missing = from > position.offset ? { from: position.offset + 1, to: from } : undefined;
		this.#announce(connection, subscription, missing ? 'gap' : 'resumed', to, missing);
		const offset = await this.#page(connection, subscription, from, to);
		// Where the room outran this reader or its log was trimmed meanwhile, it starts again from what it has by now.
		if (offset < room.coveredFrom && this.#present(connection, subscription))
			return this.catchUp(connection, subscription, { epoch: room.epoch, offset });
		this.#goLive(connection, subscription, offset, to);
	}

	/** Sends what lies after `from`, up to `to` or what is in memory, no faster than it is read. Returns the last offset that was sent. */
	async #page(connection: Connection, subscription: Subscription, from: number, to: number): Promise<number> {
		const { room } = subscription;
		let offset = from;
		while (offset < to && offset < room.coveredFrom) {
			const page = await this.#parts.log.read(room.name, offset + 1, Math.min(offset + PAGE, to));
			if (page[0]?.offset !== offset + 1) {
				const { floor } = await this.#parts.log.head(room.name);
				if (floor > offset) break; // trimmed under our hands
				throw new Error(`room ${room.name}: the log lacks offset ${offset + 1}, which was never trimmed`);
			}
			let length = 0;
			for (const { frame, offset: at } of page) {
				if (at !== offset + 1) break; // the next read tells why
				if (!this.#present(connection, subscription)) return offset;
				connection.send(frame);
				this.#parts.counters.delivered += 1;
				offset += 1;
				length += frame.length;
				if (length < PAGE_LENGTH) continue;
				length = 0;
				await connection.drained();
			}
			await connection.drained();
		}
		return offset;
	}

	/** The answer for a room at hand: all of it within this call. */
	atOnce(connection: Connection, subscription: Subscription, position: Position | null): undefined {
		const { room } = subscription;
		const known = position !== null && position.epoch === room.epoch && position.offset <= room.head;
		const result = known ? 'resumed' : position ? 'reset' : 'fresh';
		this.#announce(connection, subscription, result, room.head);
		const from = known ? position.offset : Math.max(room.coveredFrom, room.head - RECENT_MESSAGES);
		this.#goLive(connection, subscription, from, room.head);
	}

	#announce(
		connection: Connection,
		subscription: Subscription,
		result: Subscribed['result'],
		offset: number,
		missing?: Subscribed['missing'],
	) {
		if (subscription.ended) return;
		const { room } = subscription;
		subscription.result = result;
		const { counters, isOwn, description, entering } = this.#parts;
		if (!isOwn(room) && !(result === 'resumed' && connection.stays)) counters.recovery[result] += 1;
		// While the room was read they may have left: then nobody comes.
		if (!isOwn(room) && this.#present(connection, subscription)) entering(room, connection);
		const { epoch, name } = room;
		// The versions are those of one log: after a reset they mean nothing.
		const about = description.describe(connection, subscription, result === 'resumed' || result === 'gap');
		connection.answer({ type: 'subscribed', room: name, result, epoch, offset, missing, ...about });
	}

	/** Reading the newest messages and joining the topic are one step: nothing is missed or doubled between them. */
	#goLive(connection: Connection, subscription: Subscription, offset: number, to: number) {
		const { room } = subscription;
		if (!this.#present(connection, subscription)) return;
		const frames = room.since(offset);
		for (const frame of frames.slice(0, to - offset)) connection.send(frame);
		connection.answer({ type: 'live', room: room.name, offset: to });
		this.#parts.description.amend(connection, subscription);
		for (const frame of frames.slice(to - offset)) connection.send(frame);
		this.#parts.counters.delivered += frames.length;
		subscription.live = true;
		room.live += 1;
		connection.join(room.topic);
	}

	/** Whether the subscription still stands after something was awaited. */
	#present(connection: Connection, subscription: Subscription): boolean {
		return connection.ending === null && connection.subscriptions.includes(subscription);
	}
}
