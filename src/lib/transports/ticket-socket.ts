/** A WebSocket that asks for a ticket before it opens: a browser cannot send a token along with it. */
import * as v from 'valibot';
import type { Fetch } from './http-request.ts';
import { ABNORMAL } from './transport.ts';
import type { OpenWebSocket, WebSocketLike } from './websocket.ts';

const UNAUTHENTICATED = 4001;
const answer = v.object({ ticket: v.string() });

export class TicketSocket {
	onopen: ((event: object) => void) | null = null;
	onmessage: ((event: { data: unknown }) => void) | null = null;
	onclose: ((event: { code: number; reason: string }) => void) | null = null;
	onerror: ((event: object) => void) | null = null;
	#inner: WebSocketLike | null = null;
	#isOver = false;

	/** @param fetch sends the token along */
	constructor(url: string, fetch: Fetch, open: OpenWebSocket) {
		this.#enter(url, fetch, open).catch((error: unknown) => this.#ended(ABNORMAL, String(error)));
	}

	send(text: string) {
		this.#inner?.send(text);
	}

	close(code?: number, reason?: string) {
		this.#isOver = true;
		this.#inner?.close(code, reason);
	}

	/** Each time with a ticket of its own: one is good once, and for a moment. */
	async #enter(url: string, fetch: Fetch, open: OpenWebSocket) {
		const address = new URL('ticket', url);
		address.protocol = address.protocol.replace('ws', 'http');
		const response = await fetch(address.href, { cache: 'no-store', credentials: 'include' });
		if (response.status === 401) return this.#ended(UNAUTHENTICATED, 'the token was refused');
		if (!response.ok) return this.#ended(ABNORMAL, `no ticket: ${response.status}`);
		const { ticket } = v.parse(answer, await response.json());
		if (this.#isOver) return;
		const inner = open(`${url}?ticket=${encodeURIComponent(ticket)}`);
		this.#inner = inner;
		inner.onopen = (event: object) => this.onopen?.(event);
		inner.onmessage = (event: { data: unknown }) => this.onmessage?.(event);
		inner.onerror = (event: object) => this.onerror?.(event);
		inner.onclose = ({ code, reason }: { code: number; reason: string }) => this.#ended(code, reason);
	}

	#ended(code: number, reason: string) {
		this.onclose?.({ code, reason });
	}
}
