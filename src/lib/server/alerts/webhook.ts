/** Tells a URL of each alert, in order, as JSON: tries again while nobody takes it, and holds up nothing. */
import type { Clock } from '../../clock.ts';
import type { Alert } from '../../protocol/status.ts';
import type { Report } from '../errors.ts';
import type { AlertSink } from './alerts.ts';

/** Notices that wait. One more is dropped: the oldest tell how it began. */
const MOST = 100;
/** How long one request may take, and how long `close` waits for all that is left; in milliseconds. */
const TIMEOUT = 10_000;
const CLOSE_TIMEOUT = 2_000;
/** Tries a notice, and the pauses between them, each twice the one before up to the longest: two to four minutes in all, beside what the requests take. */
const TRIES = 10;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

export interface Notice {
	event: 'raised' | 'cleared';
	alert: Alert;
}

/** `again` is of use when the receiver may take it later; else it is not asked twice. */
type Outcome = { taken: true } | { taken: false; reason: string; again: boolean; afterMs: number };

export interface WebhookOptions {
	/** A secret: whoever knows it can post there. It appears in no log line. */
	url: string;
	/** Which server speaks: goes out with every notice. */
	server: Record<string, string | null>;
	clock: Clock;
	report: Report;
	/** Hears of a notice that nobody took, and why. */
	dropped(notice: Notice, reason: string): void;
}

export class Webhook implements AlertSink {
	readonly #options: WebhookOptions;
	readonly #queue: Notice[] = [];
	#delivering: Promise<void> | undefined;
	#closed: Promise<void> | undefined;
	/** Ends the pause that is under way. */
	#wake = () => {};
	readonly #giveUp = new AbortController();

	constructor(options: WebhookOptions) {
		this.#options = options;
	}

	raised = (alert: Alert) => this.#add({ event: 'raised', alert });
	cleared = (alert: Alert) => this.#add({ event: 'cleared', alert });

	/** Tries once more to deliver what waits, for 2 s at most. Calling it twice does nothing. */
	close(): Promise<void> {
		this.#closed ??= (async () => {
			this.#wake();
			const cancel = this.#options.clock.setTimeout(() => this.#giveUp.abort(), CLOSE_TIMEOUT);
			await this.#delivering;
			cancel();
		})();
		return this.#closed;
	}

	#add(notice: Notice) {
		if (this.#closed || this.#queue.length >= MOST)
			return this.#options.dropped(notice, this.#closed ? 'the server is stopping' : `${MOST} others wait`);
		this.#queue.push(notice);
		this.#delivering ??= this.#deliver().catch((error: unknown) => this.#options.report('webhook', error));
	}

	async #deliver() {
		try {
			for (let notice = this.#queue[0]; notice; notice = this.#queue[0]) {
				await this.#send(notice);
				this.#queue.shift();
			}
		} finally {
			this.#delivering = undefined;
		}
	}

	async #send(notice: Notice) {
		const body = JSON.stringify({ ...notice, server: this.#options.server, text: inOneLine(notice) });
		for (let failed = 0; ; ) {
			const outcome = await this.#post(body);
			if (outcome.taken) return;
			failed += 1;
			if (!outcome.again || failed >= TRIES || this.#closed) return this.#options.dropped(notice, outcome.reason);
			await this.#pause(Math.max(outcome.afterMs, this.#backoff(failed)));
		}
	}

	async #post(body: string): Promise<Outcome> {
		const timeout = new AbortController();
		const cancel = this.#options.clock.setTimeout(() => timeout.abort(), TIMEOUT);
		try {
			const response = await fetch(this.#options.url, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body,
				redirect: 'manual',
				keepalive: false, // notices are far apart: a connection that is kept may be dead when it is needed
				signal: AbortSignal.any([timeout.signal, this.#giveUp.signal]),
			});
			await response.body?.cancel();
			if (response.ok) return { taken: true };
			const again = response.status >= 500 || [408, 425, 429].includes(response.status);
			return { taken: false, reason: `it answered ${response.status}`, again, afterMs: retryAfter(response) };
		} catch (error) {
			const reason = timeout.signal.aborted ? `no answer within ${TIMEOUT} ms` : kindOf(error);
			return { taken: false, reason, again: true, afterMs: 0 };
		} finally {
			cancel();
		}
	}

	/** Between half of it and all of it: servers that failed together do not come back in step. */
	#backoff = (failed: number) =>
		Math.min(FIRST_PAUSE * 2 ** (failed - 1), LONGEST_PAUSE) * (0.5 + this.#options.clock.random() / 2);

	#pause(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const cancel = this.#options.clock.setTimeout(resolve, ms);
			this.#wake = () => {
				cancel();
				resolve();
			};
			if (this.#closed) this.#wake();
		});
	}
}

/** What chat services show of it. */
function inOneLine({ event, alert }: Notice): string {
	const { rule, level, message, advice } = alert;
	return event === 'raised' ? `${level.toUpperCase()} ${rule}: ${message} ${advice}` : `over: ${rule} (${message})`;
}

/** Milliseconds that the receiver asks for, in seconds of `Retry-After`; never more than the longest pause. */
function retryAfter(response: Response): number {
	const seconds = Number(response.headers.get('retry-after'));
	return seconds > 0 ? Math.min(seconds * 1_000, LONGEST_PAUSE) : 0;
}

/** Never the message of the error: it may hold the URL. */
const kindOf = (error: unknown) =>
	error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'the request failed';
