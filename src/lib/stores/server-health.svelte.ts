/** The server's own figures as runes: heard each second over the page's connection, older ones and the tables fetched over HTTP. */
import { on } from 'svelte/events';
import * as v from 'valibot';
import type { Client } from '../client/types.ts';
import { systemClock } from '../clock.ts';
import { m } from '../paraglide/messages.js';
import {
	type Alert,
	type Series,
	STATUS_ROOM,
	type Status,
	type StatusState,
	statusState,
	type Window,
} from '../protocol/status.ts';
import { joinHistory } from './status/alerts.ts';
import { windowLengths } from './status/charts.ts';
import { type Freshness, freshness, type Heard } from './status/freshness.ts';
import { fetchStatus, SignedOut } from './status/requests.ts';
import { append, merge, skips } from './status/series.ts';
import { StatusTables } from './status/tables.svelte.ts';
import { ticker } from './ticker.svelte.ts';

/** Four times a second is as often as anybody can read. */
const DRAW_MS = 250;
/** Nobody looks at a window of hours for its last seconds. */
const SLOWEST_LOAD_MS = 10_000;

export interface ServerHealthEvents {
	/** The server wants the token again. */
	signedOut(): void;
	/** The connection may not follow the figures: it was made before its person signed in. */
	refused(): void;
}

export class ServerHealth {
	readonly tables: StatusTables;
	readonly #events: ServerHealthEvents;
	#state = $state.raw<StatusState>();
	#recent = $state.raw<Series | null>(null);
	#longer = $state.raw<Series | null>(null);
	#window = $state.raw<Window>('5m');
	#heard = $state.raw<Heard>({ now: 0, wall: 0, looked: 0, rendered: true });
	#pausedAt = $state.raw<number | null>(null);
	/** What could not be had: the figures, and what the tables show. */
	#problem = $state.raw<string | null>(null);
	#tablesProblem = $state.raw<string | null>(null);
	/** Alerts that were over when they were last fetched: each second tells the newest ones alone. */
	#over = $state.raw<Alert[]>([]);
	#client: Client | null = null;
	#unfollow: (() => void) | null = null;
	/** Heard, and to be drawn by the timer. */
	#next: { state: StatusState; series: Series | null } | null = null;
	#drawing: ReturnType<typeof setTimeout> | undefined;

	/** @param rendered what the server rendered the page with */
	constructor(rendered: Status, events: ServerHealthEvents) {
		const { series, incidents, connections, ...state } = rendered;
		this.#events = events;
		this.#state = state;
		this.#over = state.alerts.history;
		this.#window = series.window;
		if (series.window === '5m') this.#recent = series;
		else this.#longer = series;
		const now = systemClock.now();
		this.#heard = { now, wall: state.metrics.at, looked: now, rendered: true };
		this.tables = new StatusTables({ incidents, connections }, (error) => {
			this.#tablesProblem = error === null ? null : this.#sentence(error);
		});
	}

	/** The latest figures. */
	get state(): StatusState {
		if (!this.#state) throw new Error('the status page was given no figures');
		return this.#state;
	}

	get alertHistory(): Alert[] {
		return joinHistory(this.state.alerts.history, this.#over);
	}

	/** Of the window that is looked at; null while it is loaded for the first time. */
	get series(): Series | null {
		return this.#window === '5m' ? this.#recent : this.#longer?.window === this.#window ? this.#longer : null;
	}

	get window() {
		return this.#window;
	}

	get paused() {
		return this.#pausedAt !== null;
	}

	/** How current the figures are. Drawn again by itself as time goes on. */
	get freshness(): Freshness {
		return freshness(this.#heard, ticker.now, this.#pausedAt);
	}

	/** What could not be had, in a sentence; null when all is well. */
	get problem() {
		return this.#problem ?? this.#tablesProblem;
	}

	/** Follows the figures while somebody looks; returns the function that stops it. */
	open(client: Client): () => void {
		this.#client = client;
		const stop = on(document, 'visibilitychange', () => this.#follow());
		this.#follow();
		return () => {
			stop();
			this.#client = null;
			this.#follow();
		};
	}

	pause(paused: boolean) {
		this.#pausedAt = paused ? systemClock.wall() : null;
		this.#follow();
	}

	look(window: Window) {
		this.#window = window;
		this.#follow(true);
		if (this.paused) this.#load();
	}

	/** Begins or ends following, whichever is due; `again` begins anew. */
	#follow(again = false) {
		const client = document.visibilityState === 'visible' && !this.paused ? this.#client : null;
		if (client && this.#unfollow && !again) return;
		// What was missed by not looking is not the server's silence; nor is what is old the present.
		if (!client) this.#heard = { ...this.#heard, looked: null };
		else if (this.#heard.looked === null) this.#heard = { ...this.#heard, looked: systemClock.now() };
		this.#unfollow?.();
		this.#unfollow = client && this.#begin(client);
	}

	#begin(client: Client): () => void {
		const subscription = client.subscribe(STATUS_ROOM, {
			message() {},
			subscribed: ({ state }) => {
				if (state) this.#told(state);
				this.#load();
			},
			state: (state) => this.#told(state),
			error: () => this.#events.refused(),
		});
		this.#load();
		const stepMs = Math.max(SLOWEST_LOAD_MS, windowLengths[this.#window].ms / 1_440);
		// The shortest window grows by what is told; only what could not be had is asked for again.
		const timer = setInterval(() => {
			if (this.#window !== '5m' || this.#problem !== null) this.#load();
		}, stepMs);
		const stopTables = this.tables.follow();
		return () => {
			subscription.close();
			clearInterval(timer);
			clearTimeout(this.#drawing);
			this.#drawing = undefined;
			stopTables();
		};
	}

	#told(told: unknown) {
		const parsed = v.safeParse(statusState, told);
		if (!parsed.success) {
			const [issue] = parsed.issues;
			this.#problem = m.status_unknown_figures({ place: v.getDotPath(issue) ?? 'state', issue: issue.message });
			return;
		}
		const state = parsed.output;
		const series = this.#next?.series ?? this.#recent;
		if (series && skips(series, state.sample)) this.#load();
		this.#next = { state, series: series && append(series, state.sample) };
		this.tables.told(state.metrics);
		this.#drawing ??= setTimeout(() => this.#draw(), DRAW_MS);
	}

	#draw() {
		this.#drawing = undefined;
		if (!this.#next) return;
		const now = systemClock.now();
		this.#heard = { ...this.#heard, now, wall: systemClock.wall(), rendered: false };
		this.#state = this.#next.state;
		this.#recent = this.#next.series;
		this.#next = null;
	}

	async #load() {
		const window = this.#window;
		try {
			const { series, alerts } = await fetchStatus(window);
			this.#over = joinHistory(alerts.history, this.#over);
			const isWanted = window === this.#window;
			if (isWanted) this.#problem = null;
			if (window === '5m') {
				if (this.#next) this.#next.series = merge(this.#next.series, series);
				this.#recent = merge(this.#recent, series);
			} else if (isWanted) this.#longer = merge(this.#longer, series);
		} catch (error) {
			const problem = this.#sentence(error);
			if (window === this.#window) this.#problem = problem;
		}
	}

	/** What is wrong; that the token is wanted again is told to the page. */
	#sentence(error: unknown): string {
		if (error instanceof SignedOut) this.#events.signedOut();
		return error instanceof Error ? error.message : String(error);
	}
}
