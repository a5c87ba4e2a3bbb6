/** The client: puts its parts together and hands frames to the one that knows them. */
import type { Clock } from '../clock.ts';
import type { ErrorFrame, Hello, Position, ServerFrame, User, Welcome } from '../protocol/frames.ts';
import { PROTOCOL_VERSION } from '../protocol/limits.ts';
import { Connector } from './connector.ts';
import { localDrop } from './drop.ts';
import { RealtimeError } from './errors.ts';
import { HistoryRequests } from './history.ts';
import { Identity } from './identity.ts';
import { Journal } from './journal.ts';
import { type ClientOptions, type Options, resolveOptions } from './options.ts';
import { checked, checkedRoom, plain } from './outgoing.ts';
import { Rooms } from './rooms.ts';
import { Sender } from './sender.ts';
import type { Statistics } from './statistics.ts';
import type { Client, ClientEvents, ConnectionSnapshot, ConnectionState, Drop, OutboxItem, RoomHandlers } from './types.ts';

/**
 * A client that is `idle` until `connect()`; messages and subscriptions are taken before.
 * @throws RealtimeError `invalid-option`
 */
export const createClient = (options: ClientOptions = {}): Client => new RealtimeClient(resolveOptions(options));

class RealtimeClient implements Client {
	readonly #clock: Clock;
	readonly #journal: Journal;
	readonly #statistics: Statistics;
	readonly #connector: Connector;
	readonly #rooms: Rooms;
	readonly #sender: Sender;
	readonly #history: HistoryRequests;
	readonly #identity: Identity;
	#welcome: Welcome | null = null;
	#downSince: number | null = null;

	constructor(options: Options) {
		const { clock, store, historyTimeout } = options;
		const journal = new Journal(options);
		this.#clock = clock;
		this.#journal = journal;
		this.#statistics = journal.statistics;
		this.#history = new HistoryRequests(clock, historyTimeout);
		this.#rooms = new Rooms({
			send: (frame) => this.#connector.connection?.send(frame),
			live: () => this.#live(),
			broken: (room) => this.#connector.connection?.end(localDrop(1006, `The server left out a message of "${room}" twice.`)),
			received: (duplicate) => void this.#statistics.messages[duplicate ? 'duplicates' : 'received']++,
			handlerFailed: (error, room) => journal.thrown(error, `a handler of room "${room}"`),
		});
		this.#sender = new Sender(options, journal);
		this.#connector = new Connector(options, {
			state: (state, previous) => journal.transition(state, previous),
			prepare: () => this.#identity.next(),
			hello: (lastClose) => this.#hello(lastClose),
			connected: (welcome) => this.#connected(welcome),
			frame: (frame) => this.#receive(frame),
			roundTrip: (ms) => journal.roundTrip(ms),
			invalid: (message) => journal.error(new RealtimeError('bad-frame', message)),
			dropped: (drop) => this.#dropped(drop),
			lost: (drop, connectedMs) => this.#lost(drop, connectedMs),
			proven: () => this.#sender.proven(),
			stable: () => {
				this.#sender.outbox.careful = false;
			},
			closed: () => this.#closed(),
		});
		this.#identity = new Identity(this.#sender.outbox, store, (error) => journal.error(error));
	}

	get id(): string {
		return this.#sender.outbox.client;
	}

	get state(): ConnectionState {
		return this.#connector.state;
	}

	get user(): User | null {
		return this.#welcome?.user ?? null;
	}

	connect(): void {
		this.#connector.connect();
	}

	close(): void {
		this.#sender.flush();
		this.#connector.close();
	}

	retryNow(): void {
		this.#connector.retryNow();
	}

	subscribe(room: string, handlers: RoomHandlers, position?: Position) {
		this.#assertOpen();
		return this.#rooms.subscribe(checkedRoom(room), handlers, position);
	}

	send(room: string, kind: string, data: unknown) {
		this.#assertOpen();
		return this.#sender.send(room, kind, data);
	}

	outbox(room: string): readonly OutboxItem[] {
		return this.#sender.outbox.items(room);
	}

	discard(item: OutboxItem): void {
		this.#sender.outbox.discard(item);
	}

	async history(room: string, before: number, limit?: number) {
		const frame = checked({ type: 'history', room, before, limit: limit ?? 50 });
		if (this.state.name !== 'connected')
			throw new RealtimeError('disconnected', 'older messages can only be read while connected');
		this.#connector.connection?.send(frame);
		return this.#history.add(room);
	}

	signal(room: string, kind: string, data: unknown): void {
		const frame = checked({ type: 'signal', room, kind, data: plain(data) });
		if (!this.#sender.fits(frame)) throw new RealtimeError('too-large', 'the signal is too big');
		if (this.state.name === 'connected') this.#connector.connection?.send(frame);
	}

	on<Name extends keyof ClientEvents>(event: Name, listener: ClientEvents[Name]): () => void {
		return this.#journal.events.on(event, listener);
	}

	getConnectionState(): ConnectionSnapshot {
		const { state, aliveAt, attempts } = this.#connector;
		return {
			state: state.name,
			isConnected: state.name === 'connected',
			connectionType: state.name === 'connected' ? state.connectionType : null,
			lastHeartbeat: aliveAt,
			reconnectAttempts: attempts,
			quality: this.#statistics.quality(this.#clock.now()),
		};
	}

	getStats() {
		return this.#statistics.snapshot();
	}

	getErrorHistory() {
		return this.#statistics.errors;
	}

	#hello(lastClose: Hello['lastClose']): Hello {
		const rooms = this.#rooms.hello();
		return {
			type: 'hello',
			version: PROTOCOL_VERSION,
			client: this.id,
			connectionNumber: this.#identity.connectionNumber,
			rooms,
			...(lastClose && { lastClose }),
		};
	}

	#connected(welcome: Welcome) {
		this.#welcome = welcome;
		this.#statistics.connects++;
		if (this.#downSince !== null) this.#statistics.reconnects++;
		this.#rooms.connected();
		// A listener may have closed the client just now.
		const { connection } = this.#connector;
		if (connection) this.#sender.connected(connection, welcome);
	}

	#live() {
		if (this.#downSince !== null) this.#statistics.lastRecoveryMs = this.#clock.now() - this.#downSince;
		this.#downSince = null;
		this.#journal.events.emit('live', (listener) => listener());
	}

	#receive(frame: ServerFrame) {
		switch (frame.type) {
			case 'ack':
				this.#sender.ack(frame);
				return this.#connector.checkStable();
			case 'nack':
				this.#sender.nack(frame);
				return this.#connector.checkStable();
			case 'history':
				return this.#history.receive(frame);
			case 'ping':
			case 'pong':
				return this.#rooms.heads(frame.heads);
			case 'error':
				return this.#refused(frame);
			case 'drain':
				return this.#connector.move(frame.reason, frame.withinMs);
			default:
				this.#rooms.receive(frame);
		}
	}

	/** An `error` names nothing: a refusal belongs to what has waited longest for an answer. A fatal one ends up in the drop. */
	#refused({ code, message, fatal }: ErrorFrame) {
		if (fatal) return;
		const error = new RealtimeError(code, message);
		this.#journal.error(error);
		if (error.class === 'forbidden' || error.class === 'overload')
			void (this.#rooms.refused(error) || this.#history.refused(error));
	}

	#dropped(drop: Drop) {
		this.#sender.dropped(drop);
		this.#rooms.dropped();
		this.#history.fail(new RealtimeError('disconnected', drop.reason));
	}

	#lost(drop: Drop, connectedMs: number | null) {
		if (connectedMs === null) this.#statistics.failedAttempts++;
		else {
			const now = this.#clock.now();
			this.#statistics.drop(now);
			this.#downSince ??= now;
		}
		this.#journal.drop(drop, connectedMs ?? 0);
	}

	#closed() {
		const error = new RealtimeError('closed', 'the client is closed');
		this.#rooms.dropped();
		this.#history.fail(error);
		this.#sender.close(error);
	}

	#assertOpen() {
		if (this.state.name === 'closed') throw new RealtimeError('closed', 'the client is closed');
	}
}
