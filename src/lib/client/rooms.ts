/** The rooms of a client: where each stands in its log, no message twice, none skipped. Rules 2 and 3. */
import type { Cancel, Clock } from '../clock.ts';
import type { ClientFrame, ErrorFrame, Hello, Message, Position, ServerFrame, Subscribed } from '../protocol/frames.ts';
import { ROOMS_PER_CONNECTION } from '../protocol/limits.ts';
import { RealtimeError } from './errors.ts';
import { type Change, Snapshot } from './snapshot.ts';
import type { RoomHandlers, Subscription } from './types.ts';

export interface RoomsEvents {
	clock: Clock;
	/** Sends on the present connection; nothing happens when there is none. */
	send(frame: ClientFrame): void;
	/** Every room is live, which was not so before. */
	live(): void;
	/** The server skipped a message again, right where it was asked for: this connection is of no use. */
	broken(room: string): void;
	received(duplicate: boolean): void;
	/** Calls a handler of the page, which may throw. */
	guard(where: string, call: () => void): void;
}

interface Room {
	readonly name: string;
	readonly handlers: RoomHandlers;
	readonly snapshot: Snapshot;
	position: Position | null;
	/** Of the log being replayed; becomes the position's with its first message. */
	epoch: string;
	/** `idle`: to be asked for; `asked`: no answer yet; `paused`: refused for a while; `refused`: not before the next connection. */
	phase: 'idle' | 'asked' | 'replaying' | 'live' | 'paused' | 'refused';
	/** Where it was asked for again on this connection, so that a server which skips the same message twice is found out. */
	askedAt: number | null;
	/** A head that was announced while we stood below it. */
	behind: number | null;
	cancelRetry: Cancel;
}

/** Classes of errors that pass: the room is asked for again. The pause when the server names none, in milliseconds. */
const passing = new Set<string>(['rate-limit', 'overload', 'server']);
const PAUSE = 1_000;

/** Where we stand in a room. Versions are those of one log: without a position in it they mean nothing. */
const known = ({ name, position, snapshot }: Room) => ({ room: name, ...position, ...(position && snapshot.versions) });

const isFollowed = ({ phase }: Room): boolean => phase === 'replaying' || phase === 'live';

export function createRooms({ clock, send, live, broken, received, guard }: RoomsEvents) {
	const rooms = new Map<string, Room>();
	/** Names of the subscribes without an answer: only the answer to a room's last one counts. */
	let unanswered: string[] = [];
	let connected = false;
	let allLive = false;

	function ask(room: Room) {
		room.phase = 'asked';
		room.behind = null;
		unanswered.push(room.name);
		send({ type: 'subscribe', ...known(room) });
	}

	/** From our own offset. What arrives until the answer is ignored, so one skip asks once. */
	function askAgain(room: Room) {
		const offset = room.position?.offset ?? 0;
		allLive = false;
		if (room.askedAt === offset) return broken(room.name);
		room.askedAt = offset;
		ask(room);
	}

	/** The room whose last subscribe this answers. One answer of a name is as good as another: they come in order. */
	function answered(name: string): Room | undefined {
		const index = unanswered.indexOf(name);
		if (index < 0) return;
		unanswered.splice(index, 1);
		return unanswered.includes(name) ? undefined : rooms.get(name);
	}

	function tell(room: Room, call: (handlers: RoomHandlers) => void) {
		guard(`a handler of room "${room.name}"`, () => call(room.handlers));
	}

	function checkLive() {
		const all = connected && [...rooms.values()].every(({ phase }) => phase === 'live' || phase === 'refused');
		if (all && !allLive) live();
		allLive = all;
	}

	function subscribed(frame: Subscribed) {
		const room = answered(frame.room);
		if (!room) return retell(rooms.get(frame.room), frame);
		const { epoch, result } = frame;
		// To a question that was another one's: of a room left and entered again, or of another link.
		if ((result === 'fresh') !== (room.position === null)) return askAgain(room);
		// While two links are up, the other one may have brought of it what this one could not.
		const known = room.phase === 'live' && room.position?.epoch === epoch ? room.position.offset : 0;
		const missing = frame.missing && { ...frame.missing, from: Math.max(frame.missing.from, known + 1) };
		if (missing && missing.from > missing.to) return retell(room, frame);
		// Over HTTP each request asks for each room again: no news where nothing was lost meanwhile.
		if (room.phase === 'live' && result === 'resumed' && epoch === room.position?.epoch) return retell(room, frame);
		room.phase = 'replaying';
		room.epoch = epoch;
		if (result === 'fresh' || result === 'reset') room.position = null;
		else if (result === 'gap' && missing) room.position = { epoch, offset: missing.to };
		const joined = room.snapshot.take({ ...frame, missing });
		tell(room, (handlers) => handlers.subscribed?.(joined));
	}

	/** An answer that moves nothing: what changed of the room between two requests is told there and nowhere else. */
	function retell(room: Room | undefined, frame: Subscribed) {
		if (room?.epoch !== frame.epoch) return;
		// A handler may have left the room.
		for (const change of room.snapshot.compare(frame)) if (isFollowed(room)) changed(room, change);
	}

	function changed(room: Room, change: Change) {
		if (!room.snapshot.change(change)) return;
		tell(room, (handlers) => (change.type === 'state' ? handlers.state?.(change.state) : handlers.presence?.(change)));
	}

	function message(room: Room, frame: Message) {
		const { offset } = frame;
		const known = room.position?.offset ?? offset - 1;
		if (offset > known + 1) return askAgain(room);
		received(offset <= known);
		if (offset <= known) return;
		// The position moves first: a handler that throws has still had the message, and must not get it twice.
		room.position = { epoch: room.epoch, offset };
		tell(room, (handlers) => handlers.message(frame));
	}

	function atHead(room: Room, offset: number) {
		if (room.position && room.position.offset < offset) return askAgain(room);
		if (room.phase === 'live') return;
		room.position ??= { epoch: room.epoch, offset };
		room.phase = 'live';
		tell(room, (handlers) => handlers.live?.(offset));
		checkLive();
	}

	return {
		subscribe(name: string, handlers: RoomHandlers, position: Position | null = null): Subscription {
			if (rooms.has(name)) throw new RealtimeError('invalid-data', `room "${name}" is subscribed already`);
			if (rooms.size >= ROOMS_PER_CONNECTION)
				throw new RealtimeError('overloaded', `a client can follow ${ROOMS_PER_CONNECTION} rooms at most`);
			const start = position && { epoch: position.epoch, offset: position.offset };
			const room: Room = {
				name,
				handlers,
				snapshot: new Snapshot(),
				position: start,
				epoch: '',
				phase: 'idle',
				askedAt: null,
				behind: null,
				cancelRetry() {},
			};
			rooms.set(name, room);
			allLive = false;
			if (connected) ask(room);
			return {
				room: name,
				get position() {
					return room.position;
				},
				get live() {
					return room.phase === 'live';
				},
				close() {
					if (rooms.get(name) !== room) return;
					rooms.delete(name);
					room.phase = 'idle';
					room.cancelRetry();
					if (connected) send({ type: 'unsubscribe', room: name });
					checkLive();
				},
			};
		},

		/** For a `hello`: every room with its position, but those that are refused. They count as asked for; one that is live stays so. */
		hello(): Hello['rooms'] {
			const asked = [...rooms.values()].filter(({ phase }) => phase !== 'paused' && phase !== 'refused');
			unanswered = asked.map(({ name }) => name);
			return asked.map((room) => {
				if (room.phase !== 'live') room.phase = 'asked';
				return known(room);
			});
		},

		/**
		 * The connection is up: asks for what was subscribed after its `hello`, and leaves what was left since.
		 * @param outdated the last `hello` was that of another link: what it asked for is asked for again
		 */
		connected(outdated = false) {
			connected = true;
			if (outdated) {
				unanswered = [];
				for (const room of rooms.values()) if (room.phase === 'asked') room.phase = 'idle';
			}
			for (const name of unanswered) if (!rooms.has(name)) send({ type: 'unsubscribe', room: name });
			for (const room of rooms.values()) if (room.phase === 'idle') ask(room);
			checkLive();
		},

		dropped() {
			connected = allLive = false;
			unanswered = [];
			for (const room of rooms.values()) {
				room.cancelRetry();
				Object.assign(room, { phase: 'idle', askedAt: null, behind: null });
			}
		},

		receive(frame: ServerFrame) {
			if (frame.type === 'subscribed') subscribed(frame);
			const room = 'room' in frame && rooms.get(frame.room ?? '');
			if (!room || !isFollowed(room)) return;
			if (frame.type === 'message') message(room, frame);
			else if (frame.type === 'live') atHead(room, frame.offset);
			else if (frame.type === 'signal') tell(room, (handlers) => handlers.signal?.(frame));
			else if (frame.type === 'state' || frame.type === 'presence') changed(room, frame);
		},

		/** An `error` names a room. False when no subscribe of it waits for an answer, nor was it ended. */
		refused({ room: name = '', retryAfterMs, ended }: ErrorFrame, error: RealtimeError): boolean {
			const waits = unanswered.includes(name);
			if (!waits && !ended) return false;
			const room = waits ? answered(name) : rooms.get(name);
			if (room && !ended && passing.has(error.class)) {
				room.phase = 'paused';
				room.cancelRetry = clock.setTimeout(() => ask(room), retryAfterMs || PAUSE);
			} else if (room) {
				room.phase = 'refused';
				tell(room, (handlers) => handlers.error?.(error));
				checkLive();
			}
			return true;
		},

		/** Heads travel beside the messages: only a room that is still below the head of last time has missed something. */
		heads(heads: Record<string, number>) {
			for (const room of rooms.values()) {
				const head = heads[room.name];
				if (room.phase !== 'live' || head === undefined || !room.position) continue;
				const { offset } = room.position;
				if (room.behind !== null && offset < room.behind) askAgain(room);
				else room.behind = head > offset ? head : null;
			}
		},
	};
}
