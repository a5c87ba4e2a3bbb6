/**
 * What both HTTP transports share. A link over HTTP is made of requests, each of which greets anew and says where the client
 * stands: one waits for news, another sends, one after the other so that order is kept.
 */
import { type Asked, ask, fatalIn, GivenUp, type HttpOptions, Refusal } from './http-request.ts';
import { ABNORMAL, type Hello, type Link, type LinkHandlers, type TransportName } from './transport.ts';

/** One request that listens: resolves when the next one is due, rejects when the link is at its end. */
export type Listen = (to: {
	hello: Hello;
	/** The first one of a link, or since the rooms or the network changed: what is there is wanted at once. */
	fresh: boolean;
	/** Asks `path`, beside the WebSocket endpoint, for content of a type; gives up after `ms` of silence. */
	ask(path: string, body: string, type: string, ms: number): Asked;
	deliver(text: string): void;
}) => Promise<void>;

/** Texts in one request: each may have 64 KiB, and a body 1 MiB. */
const TEXTS = 15;
/** For the answer to what was sent, which waits for the disk; in milliseconds. */
const SEND_TIMEOUT = 30_000;
/** Between the starts of two requests that listen, in milliseconds: a busy room comes in larger answers instead of more of them. */
const PACE = 25;

export function openHttpLink(
	transport: TransportName,
	{ clock, fetch = (url, init) => globalThis.fetch(url, init) }: HttpOptions,
	url: string,
	handlers: LinkHandlers,
	listen: Listen,
): Link {
	const base = new URL(url, globalThis.location?.href);
	base.protocol = base.protocol.replace('ws', 'http');
	let hello: Hello | null = null;
	let over = false;
	let fresh = true;
	let listening: Asked | null = null;
	let renewing = false;
	const queue: string[] = [];
	let sending = false;

	const request = (path: string, body: string, type: string, ms: number) =>
		ask({ fetch, clock }, { url: new URL(path, base).href, body, type, ms });

	function deliver(text: string) {
		const refusal = fatalIn(text);
		if (refusal) throw refusal;
		if (!over) handlers.message(text);
	}

	async function run() {
		hello = await handlers.greet();
		let next = clock.now();
		while (!over) {
			next = clock.now() + PACE;
			const isFresh = fresh;
			fresh = false;
			try {
				await listen({ hello, fresh: isFresh, ask: attend, deliver });
			} catch (error) {
				const reason = attended()?.reason ?? error;
				if (!(reason instanceof GivenUp)) throw reason;
			} finally {
				listening?.done();
				listening = null;
			}
			if (!over && !fresh && clock.now() < next) await pause(next - clock.now());
		}
	}

	function attend(path: string, body: string, type: string, ms: number) {
		listening = request(path, body, type, ms);
		return listening;
	}

	/** For TypeScript, which does not see that listening sets it. */
	const attended = (): Asked | null => listening;

	const pause = (ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));

	async function pump() {
		if (sending || !hello) return;
		sending = true;
		while (queue.length > 0) {
			const texts = queue.splice(0, TEXTS).map((text) => (text.startsWith('[') ? text.slice(1, -1) : text));
			const asked = request(
				'poll',
				`[${[hello({ rooms: false, waitMs: 0 }), ...texts].join()}]`,
				'application/json',
				SEND_TIMEOUT,
			);
			try {
				deliver(await (await asked.response).text());
			} catch (error) {
				throw asked.reason ?? error;
			} finally {
				asked.done();
			}
		}
		sending = false;
	}

	function fail(error: unknown) {
		if (over) return;
		leave();
		const { code, message, retryAfterMs } = error instanceof Refusal ? error : new Refusal(ABNORMAL, String(error));
		handlers.close(code, message, retryAfterMs);
	}

	function leave() {
		over = true;
		listening?.giveUp(new GivenUp());
	}

	/** The request that listens is made anew. One that is being sent goes on. */
	function renew() {
		if (renewing) return;
		renewing = true;
		queueMicrotask(() => {
			renewing = false;
			fresh = true;
			listening?.giveUp(new GivenUp());
		});
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
