/** What this tab has learned of its network: whether WebSocket gets through it, and which way over HTTP does. */
import type { Clock } from '../clock.ts';

/** How long things may take, in milliseconds. The defaults fit the networks that people have. */
export interface NetworkTimes {
	/** A WebSocket over which nothing has come by then is not waited for alone. @default 2500 */
	slow: number;
	/** From falling back to the first probe of the WebSocket; from there the pause doubles up to the last. @default 5000 */
	firstProbe: number;
	/** @default 60000 */
	lastProbe: number;
	/** From the start of a probe to everything live. @default 10000 */
	probeTimeout: number;
	/** A WebSocket that lived longer has proved that it gets through. @default 10000 */
	young: number;
	/** A network that blocks WebSocket is taken at its word so long. @default 600000 */
	quarantine: number;
}

export interface NetworkOptions {
	clock: Clock;
	/** For networks that change by the second, as those of a test do. */
	times?: Partial<NetworkTimes>;
	/** Keeps what was learned across reloads of the tab. @default nowhere */
	storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
}

const KEY = 'holdfast.websocket-blocked-until';
const defaults: NetworkTimes = {
	slow: 2_500,
	firstProbe: 5_000,
	lastProbe: 60_000,
	probeTimeout: 10_000,
	young: 10_000,
	quarantine: 600_000,
};

export class Network {
	readonly times: NetworkTimes;
	readonly #clock: Clock;
	readonly #storage: NetworkOptions['storage'];
	/** Wall time, which goes on while the tab is closed. */
	#blockedUntil: number;
	/** WebSockets in a row that did not open, and that died young. */
	#failures = 0;
	#deaths = 0;
	#worked = false;
	#probeAfter: number;
	/** The way over HTTP to begin with: those before it did not get through. */
	fallback = 0;

	constructor({ clock, storage, times }: NetworkOptions) {
		this.times = { ...defaults, ...times };
		this.#probeAfter = this.times.firstProbe;
		this.#clock = clock;
		this.#storage = storage;
		this.#blockedUntil = Number(storage?.getItem(KEY)) || 0;
	}

	/** WebSocket is not worth the wait: begin over HTTP. */
	get blocked(): boolean {
		const left = this.#blockedUntil - this.#clock.wall();
		// Far more than was ever meant is of a clock that was set back since.
		return left > 0 && left < 2 * this.times.quarantine;
	}

	/** Whether HTTP is tried after a WebSocket did not open. Where it has worked before, once is more likely a restart of the server. */
	get doubtful(): boolean {
		return !this.#worked || this.#failures > 1;
	}

	/** The pause before the next probe, in milliseconds. Never the whole of it, so that pages do not probe in step. */
	probeAfter(): number {
		const pause = this.#probeAfter * (1 - 0.2 * this.#clock.random());
		this.#probeAfter = Math.min(this.times.lastProbe, this.#probeAfter * 2);
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
		// Whether it lives is seen by then; who has left the page meanwhile cannot tell.
		if (this.blocked) this.#block(this.times.young);
	}

	/** A WebSocket broke after `ageMs`: two that die young mean a network that lets nothing else live. */
	broke(ageMs: number) {
		this.#deaths = ageMs < this.times.young ? this.#deaths + 1 : 0;
		if (this.#deaths > 1) this.#block();
		else if (this.#deaths === 0) this.#clear();
	}

	/** Another network, perhaps: what was learned of the last one may be wrong. */
	changed() {
		this.#clear();
		this.#deaths = 0;
		this.fallback = 0;
	}

	#block(ms = this.times.quarantine) {
		this.#blockedUntil = this.#clock.wall() + ms;
		this.#store(String(this.#blockedUntil));
	}

	#clear() {
		this.#blockedUntil = 0;
		this.#probeAfter = this.times.firstProbe;
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
