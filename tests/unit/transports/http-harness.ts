/** A transport over HTTP whose answers a test writes: what its tests share. */
import { expect } from 'bun:test';
import type { HttpOptions } from '../../../src/lib/transports/http-link.ts';
import type { Transport } from '../../../src/lib/transports/transport.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';

export interface Request {
	path: string;
	frames: Record<string, unknown>[];
	aborted: boolean;
	signal: AbortSignal | null | undefined;
	answer(response: Response): void;
	fail(): void;
}

export function setup(transportOf: (options: HttpOptions) => Transport) {
	const clock = new FakeClock();
	const requests: Request[] = [];
	const heard: string[] = [];
	const closes: [number, string, number | undefined][] = [];
	const fetch = (url: string, { body, signal }: RequestInit) =>
		new Promise<Response>((resolve, reject) => {
			const request: Request = {
				path: new URL(url).pathname,
				frames: JSON.parse(String(body)),
				aborted: false,
				signal,
				answer: resolve,
				fail: () => reject(new TypeError('Failed to fetch')),
			};
			signal?.addEventListener('abort', () => {
				request.aborted = true;
				reject(new DOMException('aborted', 'AbortError'));
			});
			requests.push(request);
		});
	const transport = transportOf({ clock, fetch });
	const link = transport.open('ws://host/api/websocket?ticket=x', {
		greet: async () => (request) => JSON.stringify({ type: 'hello', ...request }),
		message: (text) => heard.push(text),
		close: (...how) => closes.push([how[0], how[1], how[2]]),
	});
	return { clock, requests, heard, closes, link, last: () => requests.at(-1) ?? expect.unreachable() };
}

export const json = (value: unknown, init: ResponseInit = {}) => Response.json(value, init);

/** An event stream in the hand of the test. */
export function stream(request: Request) {
	let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
	const body = new ReadableStream<Uint8Array>({
		start(given) {
			controller = given;
		},
	});
	// As `fetch` does it: giving up the request breaks its body.
	request.signal?.addEventListener('abort', () => controller?.error(new DOMException('aborted', 'AbortError')));
	request.answer(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
	return {
		async says(text: string) {
			controller?.enqueue(new TextEncoder().encode(text));
			await settle();
		},
		async ends() {
			controller?.close();
			await settle();
		},
	};
}
