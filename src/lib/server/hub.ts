/** Who follows which room: replays what a subscriber missed, then lets it ride on Bun's publish. */
import { closeCode } from '../protocol/codes.ts';
import type { Position, Subscribed } from '../protocol/frames.ts';
import { RECENT_MESSAGES, ROOMS_PER_CONNECTION } from '../protocol/limits.ts';
import type { Connection } from './connection.ts';
import { guarded, type Report } from './errors.ts';
import type { MessageLog, Stored } from './log/message-log.ts';
import type { Counters } from './monitor/counters.ts';
import { FrameArray, type Outgoing, type Publish } from './outgoing.ts';
import type { Room } from './room.ts';
import { RoomShelf, type Snapshot } from './room-shelf.ts';

/** A connection's place in a room: `result` once it was answered, `live` once replay is over and publish takes over. */
export interface Subscription {
	readonly room: Room;
	live: boolean;
	result?: Subscribed['result'];
}

/** Messages read from the log at a time while a subscriber catches up. */
const PAGE = 200;
/** Characters of them that are sent before the reader is waited for: far less than may wait for it. */
const PAGE_LENGTH = 65_536;

export class Hub {
	readonly #rooms = new RoomShelf();
	readonly #log: MessageLog;
	readonly #outgoing: Outgoing;
	readonly #publish: Publish;
	readonly #report: Report;
	readonly #counters: Counters;

	constructor(log: MessageLog, outgoing: Outgoing, publish: Publish, report: Report, counters: Counters) {
		this.#report = report;
		this.#counters = counters;
		this.#log = log;
		this.#outgoing = outgoing;
		this.#publish = publish;
	}

	/** Rooms that somebody follows now. */
	get count(): number {
		return this.#rooms.count;
	}

	/** Lets go of the rooms to which nobody has come back. */
	sweep() {
		this.#rooms.sweep();
	}

	/** Opens a room of the server's own. */
	provide(name: string, snapshot: Snapshot) {
		this.#rooms.provide(name, snapshot);
	}

	/** Tells the snapshot of such a room to everybody who follows it. */
	tell(name: string) {
		const live = this.#rooms.get(name)?.live ?? 0;
		const state = live > 0 && this.#rooms.snapshotOf(name)?.state();
		if (state) this.signal(name, JSON.stringify({ type: 'state', room: name, state }));
	}

	subscribersOf = (room: string): ReadonlySet<Connection> => this.#rooms.get(room)?.subscribers ?? new Set();

	/**
	 * Answers `subscribed`, what was missed, then `live`. Resolves once the connection is live, or has gone.
	 * A room that is at hand is joined within this call: nothing is awaited then.
	 */
	subscribe(connection: Connection, name: string, position: Position | null): Promise<void> | undefined {
		// First: where nobody else follows the room, leaving it lets go of it.
		this.unsubscribe(connection, name);
		const room = this.#rooms.take(name);
		const subscription: Subscription = { room, live: false };
		room.subscribers.add(connection);
		connection.subscriptions.push(subscription);
		const atHand = room.loaded && (!position || (position.epoch === room.epoch && position.offset >= room.coveredFrom));
		if (atHand && connection.turns === 0 && !connection.crowded) return this.#replay(connection, subscription, position);
		if (connection.turns > 2 * ROOMS_PER_CONNECTION) {
			connection.end('slow-consumer', closeCode.slowConsumer, 'it asks for more than it reads');
			return;
		}
		// Each subscribe is answered, in the order they came: a client that leaves and returns can tell the answers apart.
		return connection.inTurn(async () => {
			if (connection.crowded) await connection.drained();
			await this.#catchUp(connection, subscription, position);
		});
	}

	unsubscribe(connection: Connection, name: string) {
		const index = connection.subscriptions.findIndex(({ room }) => room.name === name);
		const [subscription] = index < 0 ? [] : connection.subscriptions.splice(index, 1);
		if (subscription) this.#leave(connection, subscription);
	}

	/** Takes a connection that ended out of all its rooms. */
	leave(connection: Connection) {
		for (const subscription of connection.subscriptions.splice(0)) this.#leave(connection, subscription);
	}

	/** The last offset of each room that a connection is live in. */
	heads(connection: Connection): Record<string, number> {
		return Object.fromEntries(connection.subscriptions.filter(({ live }) => live).map(({ room }) => [room.name, room.head]));
	}

	/** Sends what was just committed to everybody who is live: one array a room, one publish. */
	deliver(committed: ReadonlyMap<string, readonly Stored[]>) {
		this.#outgoing.flushAll();
		for (const [name, stored] of committed) {
			const room = this.#rooms.get(name);
			if (room)
				guarded(
					this.#report,
					'fan-out',
					() => this.#fanOut(room, stored),
					() => this.#abandon(room),
				)();
		}
	}

	#fanOut(room: Room, stored: readonly Stored[]) {
		const frames = new FrameArray();
		const before = room.head;
		for (const each of stored) {
			const full = room.commit(each) ? frames.add(each.frame) : undefined;
			if (full !== undefined) this.#send(room, full);
		}
		this.#counters.delivered += (room.head - before) * room.live;
		const rest = frames.take();
		if (rest !== undefined) this.#send(room, rest);
	}

	/** What we know of a room is not true any more: whoever follows it comes back and resumes from the log. */
	#abandon(room: Room) {
		this.#rooms.abandon(room);
		for (const connection of room.subscribers) connection.end('server-error', closeCode.serverError, 'the room starts again');
	}

	/** Sends a frame that is not part of the log to everybody who is live in a room. */
	signal(name: string, frame: string) {
		const room = this.#rooms.get(name);
		this.#outgoing.flushAll();
		if (room) this.#send(room, frame);
	}

	#send(room: Room, text: string) {
		// The status is that of the worst subscriber: it says only that somebody may be slow, never who or what to repeat.
		if (this.#publish(room.topic, text) > 0) return;
		for (const connection of room.subscribers) connection.endIfSlow();
	}

	async #catchUp(connection: Connection, subscription: Subscription, position: Position | null): Promise<void> {
		const { room } = subscription;
		if (!room.loaded) await room.load(this.#log);
		if (!position || position.epoch !== room.epoch || position.offset > room.head)
			return this.#replay(connection, subscription, position);
		const { floor } = await this.#log.head(room.name);
		const to = room.head;
		const from = Math.max(position.offset, floor);
		const missing = from > position.offset ? { from: position.offset + 1, to: from } : undefined;
		this.#announce(connection, subscription, missing ? 'gap' : 'resumed', to, missing);
		const offset = await this.#page(connection, subscription, from, to);
		// Where the room outran this reader or its log was trimmed meanwhile, it starts again from what it has by now.
		if (offset < room.coveredFrom && this.#present(connection, subscription))
			return this.#catchUp(connection, subscription, { epoch: room.epoch, offset });
		this.#goLive(connection, subscription, offset, to);
	}

	/** Sends what lies after `from`, up to `to` or what is in memory, no faster than it is read. Returns the last offset that was sent. */
	async #page(connection: Connection, subscription: Subscription, from: number, to: number): Promise<number> {
		const { room } = subscription;
		let offset = from;
		while (offset < to && offset < room.coveredFrom) {
			const page = await this.#log.read(room.name, offset + 1, Math.min(offset + PAGE, to));
			if (page[0]?.offset !== offset + 1) {
				const { floor } = await this.#log.head(room.name);
				if (floor > offset) break; // trimmed under our hands
				throw new Error(`room ${room.name}: the log lacks offset ${offset + 1}, which was never trimmed`);
			}
			let length = 0;
			for (const { frame, offset: at } of page) {
				if (at !== offset + 1) break; // the next read tells why
				if (!this.#present(connection, subscription)) return offset;
				connection.send(frame);
				this.#counters.delivered += 1;
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
	#replay(connection: Connection, subscription: Subscription, position: Position | null): undefined {
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
		const { room } = subscription;
		subscription.result = result;
		const snapshot = this.#rooms.snapshotOf(room.name);
		if (!snapshot && !(result === 'resumed' && connection.stays)) this.#counters.recovery[result] += 1;
		const state = snapshot?.state() ?? {};
		connection.answer({ type: 'subscribed', room: room.name, result, epoch: room.epoch, offset, missing, state });
	}

	/** Reading the newest messages and joining the topic are one step: nothing is missed or doubled between them. */
	#goLive(connection: Connection, subscription: Subscription, offset: number, to: number) {
		const { room } = subscription;
		if (!this.#present(connection, subscription)) return;
		const frames = room.since(offset);
		for (const frame of frames.slice(0, to - offset)) connection.send(frame);
		connection.answer({ type: 'live', room: room.name, offset: to });
		for (const frame of frames.slice(to - offset)) connection.send(frame);
		this.#counters.delivered += frames.length;
		subscription.live = true;
		room.live += 1;
		connection.join(room.topic);
	}

	/** Whether the subscription still stands after something was awaited. */
	#present(connection: Connection, subscription: Subscription): boolean {
		return connection.ending === null && connection.subscriptions.includes(subscription);
	}

	#leave(connection: Connection, { room, live }: Subscription) {
		if (live) {
			connection.leave(room.topic);
			room.live -= 1;
		}
		room.subscribers.delete(connection);
		this.#rooms.left(room, connection.transport !== 'websocket');
	}
}
