/** The page's one connection as runes: it connects on mount, closes on unmount and outlives moving between rooms. */
import { createContext } from 'svelte';
import { on } from 'svelte/events';
import { online } from 'svelte/reactivity/window';
import type { Client, ConnectionState } from '../client/types.ts';
import { systemClock } from '../clock.ts';
import { m } from '../paraglide/messages.js';
import { closeCode } from '../protocol/codes.ts';
import type { User } from '../protocol/frames.ts';
import { lastDiagnosis } from './happened.ts';
import { adviceOf, present, RESTORED_SHOWN_MS, type Situation, type View } from './presentation.ts';
import { Risk } from './risk.svelte.ts';
import { ticker } from './ticker.svelte.ts';

export class Connection {
	readonly #create: () => Client;
	#client = $state.raw<Client | null>(null);
	#state = $state.raw<ConnectionState>({ name: 'idle' });
	#last = $state.raw<Situation['last']>(null);
	#lostAt = $state.raw(0);
	#wokeAt = $state.raw(0);
	#retriedAt = $state.raw<number | null>(null);
	#restoredAt = $state.raw<number | null>(null);
	#user = $state.raw<User | null>(null);
	readonly risk = new Risk();
	/** The person was told that something is wrong: they are owed the good news. */
	#told = false;

	/** @param create makes a client; called again for each `renew`, so whatever is to survive that lies outside of it. */
	constructor(create: () => Client) {
		this.#create = create;
	}

	/** Null until the page is mounted, and always on the server. */
	get client() {
		return this.#client;
	}

	get state() {
		return this.#state;
	}

	/** Whom the server takes this page for, by the name they go by now; null before the first welcome. */
	get user() {
		return this.#user;
	}

	/** Connects; returns the function that closes. */
	open(): () => void {
		this.#lostAt = systemClock.now();
		const stops = [
			on(window, 'online', () => this.#tell(false)),
			on(window, 'pageshow', () => this.#woke()),
			on(document, 'visibilitychange', () => document.visibilityState === 'visible' && this.#woke()),
		];
		this.#begin();
		return () => {
			for (const stop of stops) stop();
			this.#client?.close();
			this.#client = null;
		};
	}

	/** Connects anew, as whoever the server now takes this browser for. */
	renew() {
		this.#client?.close();
		this.#begin();
	}

	/** The person has signed out: nothing more goes in their name, and the page says so. */
	signedOut() {
		this.#client?.close();
		const cause = { code: closeCode.unauthenticated, class: 'auth', reason: m.identity_signed_out(), retryAfterMs: 0 } as const;
		this.#state = { name: 'closed', since: systemClock.now(), cause };
	}

	retryNow() {
		this.#retriedAt = systemClock.now();
		this.#client?.retryNow();
	}

	/** What to show; `behind` counts the missed messages still to come. Drawn again by itself as time goes on. */
	view(behind = 0): View {
		const now = this.#moves(behind) ? ticker.now : systemClock.now();
		return present(this.#state, this.#situation(now, online.current ?? true, behind));
	}

	#begin() {
		const client = this.#create();
		client.on('state', (state, previous) => this.#changed(state, previous));
		client.on('user', (user) => {
			this.#user = user;
		});
		this.risk.watch(client);
		this.#client = client;
		client.connect();
	}

	#changed(state: ConnectionState, previous: ConnectionState) {
		const now = systemClock.now();
		if (state.name === 'connected') {
			this.#tell(navigator.onLine);
			if (this.#told) this.#restoredAt = now;
			this.#told = false;
			this.#retriedAt = null;
			this.#last = state.connectionType;
			this.#user = state.welcome.user;
		} else if (previous.name === 'connected') this.#lostAt = now;
		this.#state = state;
	}

	/** Remembers whether a banner is showing just before that ends. */
	#tell(isOnline: boolean) {
		if (this.#state.name === 'connected') return;
		this.#told ||= present(this.#state, this.#situation(systemClock.now(), isOnline, 0)).banner !== null;
	}

	#woke() {
		if (this.#state.name !== 'connected') this.#wokeAt = systemClock.now();
	}

	#moves(behind: number) {
		if (this.#state.name !== 'connected') return this.#state.name !== 'idle' && this.#state.name !== 'closed';
		return behind > 0 || (this.#restoredAt !== null && systemClock.now() - this.#restoredAt < RESTORED_SHOWN_MS);
	}

	#situation(now: number, isOnline: boolean, behind: number): Situation {
		return {
			now,
			online: isOnline,
			lostAt: this.#lostAt,
			wokeAt: this.#wokeAt,
			last: this.#last,
			retriedAt: this.#retriedAt,
			restoredAt: this.#restoredAt,
			behind,
			advice: this.#client && this.#state.name !== 'connected' ? adviceOf(lastDiagnosis(this.#client)) : null,
		};
	}
}

export const [getConnection, setConnection] = createContext<Connection>();
