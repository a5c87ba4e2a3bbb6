/** The tables of the status page, which are fetched: connections while somebody looks, incidents when there are new ones. */
import type { Connections, IncidentReport, Metrics } from '../../protocol/status.ts';
import { type ConnectionQuery, FIRST_QUERY } from './connection-list.ts';
import { endConnection, fetchConnections, fetchErrors, SignedOut } from './requests.ts';

const EVERY_MS = 2_000;
/** From the last key until what was typed is searched for. */
const TYPING_MS = 200;

export class StatusTables {
	#connections = $state.raw<Connections | null>(null);
	#incidents = $state.raw<IncidentReport[] | null>(null);
	#query = $state.raw(FIRST_QUERY);
	readonly #answered: (error: unknown) => void;
	/** Incidents that are there, and those that are shown. */
	#told = 0;
	#loaded = -1;
	#asked = 0;
	#typing: ReturnType<typeof setTimeout> | undefined;

	/** @param answered hears of each answer: null, or why there was none */
	constructor(
		rendered: { connections?: Connections | undefined; incidents?: IncidentReport[] | undefined },
		answered: (error: unknown) => void,
	) {
		this.#connections = rendered.connections ?? null;
		this.#incidents = rendered.incidents ?? null;
		this.#answered = answered;
	}

	/** Null before they were fetched for the first time. */
	get connections() {
		return this.#connections;
	}

	get incidents() {
		return this.#incidents;
	}

	get query() {
		return this.#query;
	}

	/** Shows others, or in another order. */
	ask(query: ConnectionQuery) {
		const typed = query.search !== this.#query.search;
		this.#query = query;
		clearTimeout(this.#typing);
		this.#typing = setTimeout(() => this.loadConnections(), typed ? TYPING_MS : 0);
	}

	/** Fetches again and again; returns the function that stops it. */
	follow(): () => void {
		const load = () => {
			this.loadConnections();
			if (this.#told !== this.#loaded) this.#loadIncidents();
		};
		load();
		const timer = setInterval(load, EVERY_MS);
		return () => {
			clearInterval(timer);
			clearTimeout(this.#typing);
		};
	}

	told({ errors, closes }: Metrics) {
		this.#told = errors.total + closes.total;
	}

	async loadConnections() {
		this.#asked += 1;
		const asked = this.#asked;
		try {
			const connections = await fetchConnections(this.#query);
			// An answer that was overtaken by a later question is an answer to another one.
			if (asked === this.#asked) this.#connections = connections;
			this.#answered(null);
		} catch (error) {
			this.#answered(error);
		}
	}

	/** Ends a connection. Resolves with why that did not go, or null. */
	async end(id: string): Promise<string | null> {
		try {
			await endConnection(id);
		} catch (error) {
			if (error instanceof SignedOut) this.#answered(error);
			return error instanceof Error ? error.message : String(error);
		}
		await this.loadConnections();
		return null;
	}

	async #loadIncidents() {
		const told = this.#told;
		try {
			this.#incidents = (await fetchErrors()).history;
			this.#loaded = told;
		} catch (error) {
			this.#answered(error);
		}
	}
}
