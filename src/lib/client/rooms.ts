/** The rooms of a client: where each stands in its log, no message twice, none skipped. Rules 2 and 3. */
import type { ClientFrame, Message, Position, ServerFrame, Subscribed } from '../protocol/frames.ts';
import { ROOMS_PER_CONNECTION } from '../protocol/limits.ts';
import { RealtimeError } from './errors.ts';
import type { RoomHandlers, Subscription } from './types.ts';

export interface RoomsEvents {
	/** Sends on the present connection; nothing happens when there is none. */
	send(frame: ClientFrame): void;
	/** Every room is live, which was not so before. */
	live(): void;
	/** The server skipped a message again, right where it was asked for: this connection is of no use. */
	broken(room: string): void;
	received(duplicate: boolean): void;
	/** A handler of the page threw. */
	handlerFailed(error: unknown, room: string): void;
}

interface Room {
	readonly name: string;
	readonly handlers: RoomHandlers;
	position: Position | null;
	/** Of the log being replayed; becomes the position's with its first message. */
	epoch: string;
	/** `idle`: not asked on this connection; `asked`: no answer yet; `refused`: not before the next connection. */
	phase: 'idle' | 'asked' | 'replaying' | 'live' | 'refused';
	/** Where it was asked for again on this connection, so that a server which skips the same message twice is found out. */
	askedAt: number | null;
	/** A head that was announced while we stood below it. */
	behind: number | null;
}

export class Rooms {
	readonly #rooms = new Map<string, Room>();
	/** Subscribes without an answer, in the order they were sent: only the answer to a room's last one counts. */
	#unanswered: string[] = [];
	#connected = false;
	#allLive = false;
	readonly #events: RoomsEvents;

	constructor(events: RoomsEvents) {
		this.#events = events;
	}

	subscribe(name: string, handlers: RoomHandlers, position?: Position): Subscription {
		if (this.#rooms.has(name)) throw new RealtimeError('invalid-data', `room "${name}" is subscribed already`);
		if (this.#rooms.size >= ROOMS_PER_CONNECTION)
			throw new RealtimeError('overloaded', `a client can follow ${ROOMS_PER_CONNECTION} rooms at most`);
		const start = position ? { epoch: position.epoch, offset: position.offset } : null;
		const room: Room = { name, handlers, position: start, epoch: '', phase: 'idle', askedAt: null, behind: null };
		this.#rooms.set(name, room);
		this.#allLive = false;
		if (this.#connected) this.#ask(room);
		const isOpen = () => this.#rooms.get(name) === room;
		return {
			room: name,
			get position() {
				return room.position;
			},
			get live() {
				return room.phase === 'live' && isOpen();
			},
			close: () => {
				if (!isOpen()) return;
				this.#rooms.delete(name);
				if (this.#connected) this.#events.send({ type: 'unsubscribe', room: name });
				this.#checkLive();
			},
		};
	}

	/** For the `hello`: every room with its position. They count as asked for. */
	hello(): ({ room: string } & Partial<Position>)[] {
		const rooms = [...this.#rooms.values()];
		for (const room of rooms) room.phase = 'asked';
		this.#unanswered = rooms.map((room) => room.name);
		return rooms.map((room) => ({ room: room.name, ...room.position }));
	}

	/** The connection is up: asks for what was subscribed after its `hello`, and leaves what was left since. */
	connected(): void {
		this.#connected = true;
		for (const name of this.#unanswered) if (!this.#rooms.has(name)) this.#events.send({ type: 'unsubscribe', room: name });
		for (const room of this.#rooms.values()) if (room.phase === 'idle') this.#ask(room);
		this.#checkLive();
	}

	dropped(): void {
		this.#connected = this.#allLive = false;
		this.#unanswered = [];
		for (const room of this.#rooms.values()) Object.assign(room, { phase: 'idle', askedAt: null, behind: null });
	}

	receive(frame: ServerFrame): void {
		if (!('room' in frame) || frame.room === undefined) return;
		if (frame.type === 'subscribed') this.#subscribed(frame);
		const room = this.#rooms.get(frame.room);
		if (!room || (room.phase !== 'replaying' && room.phase !== 'live')) return;
		if (frame.type === 'message') this.#message(room, frame);
		else if (frame.type === 'live') this.#live(room, frame.offset);
		else if (frame.type === 'signal' || frame.type === 'state' || frame.type === 'presence') this.#call(room, frame);
	}

	/** The server refused a room: `error` names none, but answers come in order. False when no room waits for one. */
	refused(error: RealtimeError): boolean {
		const name = this.#unanswered.shift();
		if (name === undefined) return false;
		const room = this.#rooms.get(name);
		if (!room || this.#unanswered.includes(name)) return true;
		room.phase = 'refused';
		this.#guard(room, () => room.handlers.error?.(error));
		this.#checkLive();
		return true;
	}

	/** Heads travel beside the messages: only a room that is still below the head of last time has missed something. */
	heads(heads: Record<string, number>): void {
		for (const room of this.#rooms.values()) {
			const head = heads[room.name];
			if (room.phase !== 'live' || head === undefined || !room.position) continue;
			const { offset } = room.position;
			if (room.behind !== null && offset < room.behind) this.#askAgain(room);
			else room.behind = head > offset ? head : null;
		}
	}

	#ask(room: Room) {
		Object.assign(room, { phase: 'asked', behind: null });
		this.#unanswered.push(room.name);
		this.#events.send({ type: 'subscribe', room: room.name, ...room.position });
	}

	/** From our own offset. What arrives until the answer is ignored, so one skip asks once. */
	#askAgain(room: Room) {
		const offset = room.position?.offset ?? 0;
		this.#allLive = false;
		if (room.askedAt === offset) return this.#events.broken(room.name);
		room.askedAt = offset;
		this.#ask(room);
	}

	#answered(name: string): boolean {
		const index = this.#unanswered.indexOf(name);
		if (index >= 0) this.#unanswered.splice(index, 1);
		return index >= 0;
	}

	#subscribed(frame: Subscribed) {
		const room = this.#rooms.get(frame.room);
		// An earlier subscribe of the room, left or repeated since: the last one is answered next.
		if (!this.#answered(frame.room) || !room || this.#unanswered.includes(frame.room)) return;
		const { epoch, result, missing } = frame;
		room.phase = 'replaying';
		room.epoch = epoch;
		if (result === 'fresh' || result === 'reset') room.position = null;
		else if (result === 'gap' && missing) room.position = { epoch, offset: missing.to };
		else if (room.position) room.position = { epoch, offset: room.position.offset };
		this.#guard(room, () => room.handlers.subscribed?.(frame));
	}

	#message(room: Room, message: Message) {
		const { offset } = message;
		const known = room.position?.offset;
		if (known !== undefined && offset <= known) return this.#events.received(true);
		if (known !== undefined && offset > known + 1) return this.#askAgain(room);
		// The position moves first: a handler that throws has still had the message, and must not get it twice.
		room.position = { epoch: room.epoch, offset };
		this.#events.received(false);
		this.#guard(room, () => room.handlers.message(message));
	}

	#live(room: Room, offset: number) {
		if (room.position && room.position.offset < offset) return this.#askAgain(room);
		room.position ??= { epoch: room.epoch, offset };
		room.phase = 'live';
		this.#guard(room, () => room.handlers.live?.(offset));
		this.#checkLive();
	}

	#call(room: Room, frame: ServerFrame) {
		if (frame.type === 'signal') this.#guard(room, () => room.handlers.signal?.(frame));
		else if (frame.type === 'state') this.#guard(room, () => room.handlers.state?.(frame.state));
		else if (frame.type === 'presence') this.#guard(room, () => room.handlers.presence?.(frame));
	}

	#guard(room: Room, call: () => void) {
		try {
			call();
		} catch (error) {
			this.#events.handlerFailed(error, room.name);
		}
	}

	#checkLive() {
		const all = this.#connected && [...this.#rooms.values()].every(({ phase }) => phase === 'live' || phase === 'refused');
		if (all && !this.#allLive) this.#events.live();
		this.#allLive = all;
	}
}
