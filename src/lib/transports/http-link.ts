/**
 * What both HTTP transports share. A link over HTTP is made of requests, each of which greets anew and says where the client
 * stands: one listens for news, another sends, one after the other so that order is kept.
 */
import { type Clock, systemClock } from '../clock.ts';
import { type Answer, ask, type Fetch, fatalIn, type Question, Refusal } from './http-request.ts';
import { joinTabs, type Tabs } from './tabs.ts';
import { ABNORMAL, type Hello, type Link, type LinkHandlers, type TransportName } from './transport.ts';

export interface HttpOptions {
	/** @default the system's */
	clock?: Clock;
	/** @default the global one */
	fetch?: Fetch;
	/** Lets one tab listen for all. @default each listens for itself */
	tabs?: Tabs | undefined;
}

/** One round of listening. */
export interface Round {
	hello: Hello;
	/** The first one of a link, or since the rooms or the network changed: what is there is wanted at once. */
	fresh: boolean;
	/** Asks `path`, beside the WebSocket endpoint. */
	ask(path: string, question: Pick<Question, 'body' | 'type' | 'ms'>): Answer;
	deliver(text: string): void;
	/** The round is to be made anew. */
	signal: AbortSignal;
}

/** Resolves when the next round is due; a rejection ends the link. */
export type Listen = (round: Round) => Promise<void>;

/** Texts in one request: each may have 64 KiB, and a body 1 MiB. */
const TEXTS = 15;
/** For the answer to what was sent, which waits for the disk; in milliseconds. */
const SEND_TIMEOUT = 30_000;
/** Between the starts of two rounds, in milliseconds: a busy room comes in larger answers instead of more of them. */
const PACE = 150;
/** A round that is over sooner and brought nothing was ended on its way: the next ones come ever later, in milliseconds. */
const QUICK = 1_000;
const SLOWEST = 5_000;

export function openHttpLink(
	transport: TransportName,
	{ clock = systemClock, fetch = (url, init) => globalThis.fetch(url, init), tabs }: HttpOptions,
	url: string,
	handlers: LinkHandlers,
	listen: Listen,
): Link {
	const base = new URL(url, globalThis.location?.href);
	base.protocol = base.protocol.replace('ws', 'http');
	const queue: string[] = [];
	let hello: Hello | null = null;
	let over = false;
	let fresh = true;
	let sending = false;
	let pace = PACE;
	let round = new AbortController();
	const member = tabs && joinTabs(tabs, clock, new URL('poll', base).href, renew);

	const request = (path: string, question: Pick<Question, 'body' | 'type' | 'ms'>, signal?: AbortSignal) =>
		ask(fetch, clock, { ...question, url: new URL(path, base).href, ...(signal && { signal }) });

	function deliver(text: string) {
		const refusal = fatalIn(text);
		if (refusal) throw refusal;
		if (!over) handlers.message(text);
	}

	async function run() {
		hello = await handlers.greet();
		while (!over) {
			const startedAt = clock.now();
			round = new AbortController();
			const { signal } = round;
			const now: Round = {
				hello,
				fresh,
				ask: (path, question) => request(path, question, signal),
				// What a round brings that is to be made anew answers rooms as they were before.
				deliver: (text) => void (signal.aborted || deliver(text)),
				signal,
			};
			fresh = false;
			try {
				await (member ? member.listen(now, paced) : paced(now));
			} catch (error) {
				if (!signal.aborted) throw error;
			}
			await pause(startedAt + pace - clock.now(), signal);
		}
	}

	const paced: Listen = async (given) => {
		const startedAt = clock.now();
		let gained = given.fresh;
		await listen({
			...given,
			deliver(text) {
				gained ||= hasNews(text);
				given.deliver(text);
			},
		});
		pace = gained || clock.now() - startedAt >= QUICK ? PACE : Math.min(SLOWEST, 2 * pace);
	};

	/** Over at once where the round is to be made anew. */
	function pause(ms: number, signal: AbortSignal): Promise<void> | undefined {
		if (ms <= 0 || signal.aborted) return undefined;
		return new Promise((resolve) => {
			const cancel = clock.setTimeout(resolve, ms);
			signal.addEventListener('abort', () => {
				cancel();
				resolve();
			});
		});
	}

	async function pump() {
		if (sending || !hello) return;
		sending = true;
		while (queue.length > 0) {
			const texts = queue.splice(0, TEXTS).map((text) => (text.startsWith('[') ? text.slice(1, -1) : text));
			const body = `[${[hello({ rooms: false, waitMs: 0 }), ...texts].join()}]`;
			deliver(await request('poll', { body, type: 'application/json', ms: SEND_TIMEOUT }).text());
		}
		sending = false;
	}

	function fail(error: unknown) {
		if (over) return;
		leave();
		const { code, message, retryAfterMs } = error instanceof Refusal ? error : new Refusal(ABNORMAL, String(error));
		handlers.close(code, message, retryAfterMs);
	}

	/** What is being sent still goes: it was sent before. */
	function leave() {
		over = true;
		round.abort();
		member?.leave();
	}

	/** The round under way is made anew. At once: what is about to come of it must not be taken for what comes of the next one. */
	function renew() {
		fresh = true;
		round.abort();
	}

	run().catch(fail);
	return {
		transport,
		send(text) {
			queue.push(text);
			pump().catch(fail);
		},
		refresh: renew,
		wake: renew,
		close: leave,
	};
}

/** Whether there may be more in it than how things stand. */
const hasNews = (text: string) => /"type":"(?!welcome|subscribed|live)/.test(text);
