/** Keeps one connection up: attempts, pauses, what wakes them, and when to stop. It knows nothing of rooms and messages. */
import type { Cancel } from '../clock.ts';
import { closeCode } from '../protocol/codes.ts';
import type { Hello, ServerFrame, Welcome } from '../protocol/frames.ts';
import { Connection } from './connection.ts';
import { localDrop } from './drop.ts';
import type { Options } from './options.ts';
import { watchPage } from './page.ts';
import { reactionTo } from './reaction.ts';
import { Retries } from './retries.ts';
import { type StateEvent, transition } from './state.ts';
import type { ConnectionState, Drop } from './types.ts';

export interface ConnectorEvents {
	state(state: ConnectionState, previous: ConnectionState): void;
	/** Before each attempt; a rejection fails it. */
	prepare(): Promise<void>;
	hello(lastClose: Hello['lastClose']): Hello;
	connected(welcome: Welcome): void;
	frame(frame: ServerFrame): void;
	roundTrip(ms: number): void;
	invalid(message: string): void;
	/** The connection, or the attempt, is gone. Before the state changes. */
	dropped(drop: Drop): void;
	/** `dropped` has been dealt with: `connectedMs` it had lived, null for a failed attempt. */
	lost(drop: Drop, connectedMs: number | null): void;
	/** Is everything delivered that waited at the welcome? A connection that cannot do its work is not stable. */
	proven(): boolean;
	/** It has lasted, and done its work. */
	stable(): void;
	/** Final. */
	closed(): void;
}

export class Connector {
	state: ConnectionState = { name: 'idle' };
	connection: Connection | null = null;
	/** Wall time of the last sign of life. */
	aliveAt: number | null = null;
	readonly #options: Options;
	readonly #events: ConnectorEvents;
	readonly #retries: Retries;
	readonly #stopPage: () => void;
	#lastClose: Hello['lastClose'];
	#renew = false;
	#lasted = false;
	#cancelRetry: Cancel = () => {};
	#cancelStable: Cancel = () => {};
	#cancelMove: Cancel = () => {};

	constructor(options: Options, events: ConnectorEvents) {
		this.#options = options;
		this.#events = events;
		this.#retries = new Retries(options);
		const online = () => (this.state.name === 'connected' ? this.connection?.probe() : this.#retry());
		this.#stopPage = watchPage(options.page, { online, woke: () => this.connection?.probe() });
	}

	get attempts(): number {
		return this.#retries.attempts;
	}

	connect(): void {
		if (this.state.name === 'idle') this.#attempt();
	}

	/** At once, and as if nothing had failed before. */
	retryNow(): void {
		this.connect();
		this.#retry();
	}

	close(): void {
		if (this.state.name === 'closed') return;
		this.#transition({ type: 'close', at: this.#now() });
		this.#finish();
	}

	/** Called whenever a message is settled. */
	checkStable(): void {
		if (!this.#lasted || !this.#events.proven()) return;
		this.#lasted = false;
		this.#retries.reset();
		this.#events.stable();
	}

	/** The server is about to go: leaves at a time of our own within the window, so that not all leave together. */
	move(reason: string, withinMs: number): void {
		this.#cancelMove();
		this.#cancelMove = this.#options.clock.setTimeout(() => {
			this.#retries.spreadMs = 0;
			this.connection?.end(localDrop(closeCode.moved, `The server asked this page to connect anew: ${reason}.`));
		}, withinMs * this.#options.clock.random());
	}

	#retry() {
		if (this.state.name !== 'disconnected' && this.state.name !== 'suspended') return;
		this.#retries.reset();
		this.#attempt();
	}

	#attempt() {
		this.#cancelRetry();
		const state = this.#transition({ type: 'attempt', at: this.#now(), attempt: this.#retries.begin() });
		// A listener may have closed the client just now.
		if (state !== this.state || state.name !== 'connecting') return;
		this.connection = new Connection(
			this.#options,
			{
				hello: () => this.#events.hello(this.#lastClose),
				welcome: (welcome, connectionType) => this.#welcome(welcome, connectionType),
				frame: (frame) => this.#events.frame(frame),
				alive: () => {
					this.aliveAt = this.#options.clock.wall();
				},
				roundTrip: (ms) => this.#events.roundTrip(ms),
				invalid: (message) => this.#events.invalid(message),
				ended: (drop) => this.#ended(drop),
			},
			() => this.#prepare(),
		);
	}

	async #prepare(): Promise<string> {
		const { renew, url } = this.#options;
		await this.#events.prepare();
		if (this.#renew) await renew();
		this.#renew = false;
		return typeof url === 'function' ? url() : url;
	}

	#welcome(welcome: Welcome, connectionType: 'websocket' | 'http') {
		this.#retries.spreadMs = welcome.spreadMs;
		const state = this.#transition({ type: 'welcome', at: this.#now(), welcome, connectionType });
		if (state !== this.state) return;
		this.#cancelStable = this.#options.clock.setTimeout(() => {
			this.#lasted = true;
			this.checkStable();
		}, this.#options.stableAfter);
		this.#events.connected(welcome);
	}

	#ended(drop: Drop) {
		const at = this.#now();
		const { state, connection } = this;
		const connectedMs = state.name === 'connected' ? at - state.since : null;
		const afterMs = connection ? at - connection.openedAt : 0;
		this.#lastClose = { code: drop.code, transport: this.#options.transport.name, afterMs };
		this.#reset();
		this.#renew ||= reactionTo(drop).renew;
		this.#events.dropped(drop);
		const { next, pause } = this.#retries.after(drop);
		const after = this.#transition({ type: 'drop', at, cause: drop, attempt: this.attempts, next, retryAt: at + pause });
		this.#events.lost(drop, connectedMs);
		if (after !== this.state) return;
		if (after.name === 'closed') this.#finish();
		else this.#cancelRetry = this.#options.clock.setTimeout(() => this.#attempt(), pause);
	}

	#finish() {
		this.connection?.close();
		this.#reset();
		this.#cancelRetry();
		this.#stopPage();
		this.#events.closed();
	}

	#reset() {
		this.connection = null;
		this.#lasted = false;
		this.#cancelStable();
		this.#cancelMove();
	}

	#transition(event: StateEvent): ConnectionState {
		const previous = this.state;
		const state = transition(previous, event);
		this.state = state;
		if (state !== previous) this.#events.state(state, previous);
		return state;
	}

	#now() {
		return this.#options.clock.now();
	}
}
