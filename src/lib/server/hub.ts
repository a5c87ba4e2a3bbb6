/** Who follows which room: replays what a subscriber missed, then lets it ride on Bun's publish. */
import type { Clock } from '../clock.ts';
import { closeCode } from '../protocol/codes.ts';
import type { Position, Versions } from '../protocol/frames.ts';
import { ROOMS_PER_CONNECTION } from '../protocol/limits.ts';
import type { Connection } from './connection.ts';
import { Description } from './description.ts';
import { guarded, type Report } from './errors.ts';
import type { MessageLog, RoomView, Stored } from './log/message-log.ts';
import type { Counters } from './monitor/counters.ts';
import { FrameArray, type Outgoing, type Publish } from './outgoing.ts';
import { Pace } from './pace.ts';
import type { Presence } from './presence.ts';
import { Replay, type Subscription } from './replay.ts';
import { NOT_OPEN } from './rights.ts';
import type { Room } from './room.ts';
import { RoomShelf, type Snapshot } from './room-shelf.ts';

export interface HubParts {
	log: MessageLog;
	clock: Clock;
	outgoing: Outgoing;
	publish: Publish;
	report: Report;
	counters: Counters;
	presence: Presence;
	/** Hears of each connection that is about to be told of a room. */
	entering(room: Room, connection: Connection): void;
}

/** The shortest time between two tellings of a room's state, in milliseconds: a crowd that votes changes it by the hundred. */
const STATE_EVERY = 250;

export class Hub {
	readonly #rooms = new RoomShelf();
	readonly #parts: HubParts;
	readonly #replay: Replay;
	readonly #states: Pace;

	constructor(parts: HubParts) {
		this.#parts = parts;
		const { log, counters, presence, clock, report, entering } = parts;
		const description = new Description(this.#rooms, presence);
		const isOwn = ({ name }: Room) => this.#rooms.snapshotOf(name) !== undefined;
		this.#replay = new Replay({ log, counters, description, isOwn, entering });
		this.#states = new Pace({ clock, report, everyMs: STATE_EVERY, tell: (name) => this.#tellState(name) });
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

	/** Whether anybody is live in a room. */
	isHeard = (room: string): boolean => (this.#rooms.get(room)?.live ?? 0) > 0;

	subscribersOf = (room: string): ReadonlySet<Connection> => this.#rooms.get(room)?.subscribers ?? new Set();

	/**
	 * Answers `subscribed`, what was missed, then `live`. Resolves once the connection is live, or has gone.
	 * A room that is at hand is joined within this call: nothing is awaited then.
	 */
	subscribe(connection: Connection, name: string, position: Position | null, versions: Versions = {}): Promise<void> | undefined {
		// It may have ended with a room before this one: nothing would take it out of this one again.
		if (connection.ending) return;
		// First: where nobody else follows the room, leaving it lets go of it.
		this.unsubscribe(connection, name, 'gone');
		const room = this.#rooms.take(name);
		const subscription: Subscription = { room, versions, live: false };
		if (!this.#rooms.snapshotOf(name)) this.#parts.presence.entered(name, connection);
		room.subscribers.add(connection);
		connection.subscriptions.push(subscription);
		const atHand = room.loaded && (!position || (position.epoch === room.epoch && position.offset >= room.coveredFrom));
		if (atHand && connection.turns === 0 && !connection.crowded) return this.#replay.atOnce(connection, subscription, position);
		if (connection.turns > 2 * ROOMS_PER_CONNECTION) {
			connection.end('slow-consumer', closeCode.slowConsumer, 'it asks for more than it reads');
			return;
		}
		// Each subscribe is answered, in the order they came: a client that leaves and returns can tell the answers apart.
		return connection.inTurn(async () => {
			if (connection.crowded) await connection.drained();
			await this.#replay.catchUp(connection, subscription, position);
		});
	}

	/** `gone`: it may be back in a moment, as after a lost connection. */
	unsubscribe(connection: Connection, name: string, how: 'unsubscribed' | 'gone' = 'unsubscribed') {
		const index = connection.subscriptions.findIndex(({ room }) => room.name === name);
		const [subscription] = index < 0 ? [] : connection.subscriptions.splice(index, 1);
		if (subscription) this.#leave(connection, subscription, how);
		// Over HTTP another request follows the room.
		else if (how === 'unsubscribed') this.#parts.presence.left(name, connection, how);
	}

	/** A room is closed to a person from here on: wherever they follow it, it ends with a word, and nothing of it comes after that. */
	expel(name: string, user: string) {
		for (const connection of this.subscribersOf(name)) {
			if (connection.user?.id !== user) continue;
			// While it is read for them there is an answer under way, which must not come.
			for (const subscription of connection.subscriptions) if (subscription.room.name === name) subscription.ended = true;
			this.unsubscribe(connection, name);
			connection.error('forbidden', NOT_OPEN, { room: name, ended: true });
		}
		// Also where they are without a connection just now.
		this.#parts.presence.expelled(name, user);
	}

	/** Takes a connection that ended out of all its rooms. */
	leave(connection: Connection) {
		for (const subscription of connection.subscriptions.splice(0)) this.#leave(connection, subscription, 'gone');
	}

	/** The last offset of each room that a connection is live in. */
	heads(connection: Connection): Record<string, number> {
		return Object.fromEntries(connection.subscriptions.filter(({ live }) => live).map(({ room }) => [room.name, room.head]));
	}

	/** What a room's state was changed to: told, merged, to whoever follows it. */
	changed(name: string, view: RoomView) {
		const room = this.#rooms.get(name);
		if (room?.see(view)) this.#states.changed(name);
	}

	#tellState(name: string) {
		const { live, view } = this.#rooms.get(name) ?? { live: 0 };
		if (live > 0 && view)
			this.signal(name, JSON.stringify({ type: 'state', room: name, version: view.version, state: view.state }));
	}

	/** A room that is at hand and read; null of any other. */
	atHand(name: string): Room | null {
		const room = this.#rooms.get(name);
		return room?.loaded ? room : null;
	}

	/** Sends what was just committed to everybody who is live: one array a room, one publish. */
	deliver(committed: ReadonlyMap<string, readonly Stored[]>) {
		this.#parts.outgoing.flushAll();
		for (const [name, stored] of committed) {
			const room = this.#rooms.get(name);
			if (room)
				guarded(
					this.#parts.report,
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
		this.#parts.counters.delivered += (room.head - before) * room.live;
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
		this.#parts.outgoing.flushAll();
		if (room) this.#send(room, frame);
	}

	/** Sends what may be missed: whoever is behind with reading does without it. */
	mention(name: string, frame: string) {
		const room = this.#rooms.get(name);
		if (!room) return;
		if (!room.isSlow) return this.signal(name, frame);
		room.isSlow = false;
		for (const connection of room.subscribers) {
			if (connection.crowded) room.isSlow = true;
			else if (connection.subscriptions.some((subscription) => subscription.live && subscription.room === room))
				connection.send(frame);
		}
	}

	#send(room: Room, text: string) {
		// The status is that of the worst subscriber: it says only that somebody may be slow, never who or what to repeat.
		room.isSlow = this.#parts.publish(room.topic, text) <= 0;
		if (!room.isSlow) return;
		for (const connection of room.subscribers) connection.endIfSlow();
	}

	#leave(connection: Connection, { room, live }: Subscription, how: 'unsubscribed' | 'gone') {
		if (live) {
			connection.leave(room.topic);
			room.live -= 1;
		}
		room.subscribers.delete(connection);
		this.#parts.presence.left(room.name, connection, how);
		this.#rooms.left(room, connection.transport !== 'websocket');
	}
}
