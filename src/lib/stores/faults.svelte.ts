/** Development only: what is broken, the calls that change it, and the page that stays as it is when the server is killed. */
import * as v from 'valibot';
import { systemClock } from '../clock.ts';
import { m } from '../paraglide/messages.js';
import { FAULTS_PATH, type FaultChange, type FaultReport, faultReport } from './fault-shapes.ts';

/** How often a page looks at what is broken: other tabs change it too. */
const LOOK_MS = 2_000;
const refusal = v.object({ message: v.string() });

export class Faults {
	#report = $state.raw<FaultReport | null>(null);
	#problem = $state.raw<{ text: string; down: boolean } | null>(null);
	#held = $state.raw(false);

	constructor() {
		// Vite would reload the page once the server is back, and nobody would see that the page survives by itself. Before that
		// its client waits for what listeners of this event return (vite/dist/client/client.mjs, `handleMessage`, "custom").
		import.meta.hot?.on('vite:ws:disconnect', () => this.#stayIfKilled());
	}

	/** Null until the server has answered, and for good where it was not started by `bun run dev`. */
	get report() {
		return this.#report;
	}

	/** Why the last change was not made, or null. */
	get problem() {
		return this.#problem?.text ?? null;
	}

	/** This page has outlived a server: hot reload has ended for it, and comes back with a reload. */
	get held() {
		return this.#held;
	}

	/** Looks at what is broken, now and every two seconds. */
	watch(): () => void {
		let cancel = () => {};
		const look = () => {
			// Without an answer the server is down, which everybody can see.
			this.#ask().catch(() => {});
			cancel = systemClock.setTimeout(look, LOOK_MS);
		};
		look();
		return () => cancel();
	}

	async change(wanted: FaultChange): Promise<void> {
		try {
			const headers = { 'content-type': 'application/json' };
			await this.#ask({ method: 'POST', headers, body: JSON.stringify(wanted) });
			this.#problem = null;
		} catch (error) {
			const text = error instanceof Error ? error.message : String(error);
			this.#problem = { text, down: !(error instanceof Error && error.cause instanceof Response) };
		}
	}

	async #ask(init?: RequestInit): Promise<FaultReport> {
		const response = await fetch(FAULTS_PATH, init).catch((cause: unknown) => {
			throw new Error(m.faults_server_down(), { cause });
		});
		const answer: unknown = await response.json().catch(() => null);
		if (!v.is(faultReport, answer))
			throw new Error(v.is(refusal, answer) ? answer.message : m.faults_server_answered({ status: response.status }), {
				cause: response,
			});
		this.#report = answer;
		// It was down, and here is its answer.
		if (this.#problem?.down) this.#problem = null;
		return answer;
	}

	/** Settles when Vite may reload: at once after an edit, and never where somebody killed the server. */
	async #stayIfKilled() {
		const { startedAfter } = (await this.#answered()).server;
		if (startedAfter !== 'kill') return;
		this.#held = true;
		await new Promise<never>(() => {});
	}

	/** @throws Error where the server is back and does not know of faults */
	async #answered(): Promise<FaultReport> {
		for (;;) {
			try {
				return await this.#ask();
			} catch (error) {
				if (error instanceof Error && error.cause instanceof Response) throw error;
			}
			await new Promise<void>((resolve) => systemClock.setTimeout(resolve, LOOK_MS / 4));
		}
	}
}
