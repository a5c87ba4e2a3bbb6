/** What this tab has learned of its network: whether WebSocket gets through it, and which way over HTTP does. */
import type { Clock } from '../clock.ts';

export interface NetworkOptions {
	clock: Clock;
	/** Keeps what was learned across reloads of the tab. @default nowhere */
	storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
}

const KEY = 'holdfast.websocket-blocked-until';
/** How long a network that blocks WebSocket is taken at its word, in milliseconds. */
const QUARANTINE = 600_000;
/** From one probe of a blocked WebSocket to the next: doubling, in milliseconds. */
const FIRST_PROBE = 5_000;
const LAST_PROBE = 60_000;
/** A WebSocket that lived longer has proved that it gets through, in milliseconds. */
const YOUNG = 10_000;

export class Network {
	readonly #clock: Clock;
	readonly #storage: NetworkOptions['storage'];
	/** Wall time, which goes on while the tab is closed. */
	#blockedUntil: number;
	/** WebSockets in a row that did not open, and that died young. */
	#failures = 0;
	#deaths = 0;
	#worked = false;
	#probeAfter = FIRST_PROBE;
	/** The way over HTTP to begin with: those before it did not get through. */
	fallback = 0;

	constructor({ clock, storage }: NetworkOptions) {
		this.#clock = clock;
		this.#storage = storage;
		this.#blockedUntil = Number(storage?.getItem(KEY)) || 0;
	}

	/** WebSocket is not worth the wait: begin over HTTP. */
	get blocked(): boolean {
		return this.#clock.wall() < this.#blockedUntil;
	}

	/** Whether HTTP is tried after a WebSocket did not open. Where it has worked before, once is more likely a restart of the server. */
	get doubtful(): boolean {
		return !this.#worked || this.#failures > 1;
	}

	/** The pause before the next probe, in milliseconds. Never the whole of it, so that pages do not probe in step. */
	probeAfter(): number {
		const pause = this.#probeAfter * (1 - 0.2 * this.#clock.random());
		this.#probeAfter = Math.min(LAST_PROBE, this.#probeAfter * 2);
		return pause;
	}

	/** A WebSocket did not open. `confirmed`: while HTTP did. */
	failed(confirmed: boolean) {
		this.#failures += 1;
		if (confirmed) this.#block();
	}

	opened() {
		this.#failures = 0;
		this.#worked = true;
	}

	/** A WebSocket broke after `ageMs`: two that die young mean a network that lets nothing else live. */
	broke(ageMs: number) {
		this.#deaths = ageMs < YOUNG ? this.#deaths + 1 : 0;
		if (this.#deaths > 1) this.#block();
		else if (this.#deaths === 0) this.#clear();
	}

	/** Another network, perhaps: what was learned of the last one may be wrong. */
	changed() {
		this.#clear();
		this.#deaths = 0;
		this.fallback = 0;
	}

	#block() {
		this.#blockedUntil = this.#clock.wall() + QUARANTINE;
		this.#store(String(this.#blockedUntil));
	}

	#clear() {
		this.#blockedUntil = 0;
		this.#probeAfter = FIRST_PROBE;
		this.#store(null);
	}

	/** Full, or switched off: then it is learned anew after a reload. */
	#store(value: string | null) {
		try {
			if (value === null) this.#storage?.removeItem(KEY);
			else this.#storage?.setItem(KEY, value);
		} catch {}
	}
}
