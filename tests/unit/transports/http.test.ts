/** The transports over HTTP against answers that a test writes: time limits, refusals, and what lies between a page and its server. */
import { describe, expect, it } from 'bun:test';
import { eventStreamTransport } from '../../../src/lib/transports/event-stream.ts';
import type { HttpOptions } from '../../../src/lib/transports/http-link.ts';
import { longPollingTransport } from '../../../src/lib/transports/long-polling.ts';
import type { Transport } from '../../../src/lib/transports/transport.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';

interface Request {
	path: string;
	frames: Record<string, unknown>[];
	aborted: boolean;
	signal: AbortSignal | null | undefined;
	answer(response: Response): void;
	fail(): void;
}

function setup(transportOf: (options: HttpOptions) => Transport) {
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

const json = (value: unknown, init: ResponseInit = {}) => Response.json(value, init);

/** An event stream in the hand of the test. */
function stream(request: Request) {
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

describe('long-polling', () => {
	it('asks at once, then holds; each answer is followed by the next question', async () => {
		const { clock, requests, heard, last } = setup(longPollingTransport);
		await settle();
		expect(last()).toMatchObject({ path: '/api/poll', frames: [{ type: 'hello', waitMs: 0 }] });
		last().answer(json([{ type: 'welcome' }]));
		await clock.advance(150);
		expect(heard).toEqual(['[{"type":"welcome"}]']);
		expect([requests.length, last().frames]).toEqual([2, [{ type: 'hello', waitMs: 25_000 }]]);
	});

	it('a busy room -> at most one question in 150 ms', async () => {
		const { clock, requests, last } = setup(longPollingTransport);
		await settle();
		for (let round = 0; round < 100; round++) {
			last().answer(json([{ type: 'message' }]));
			await clock.advance(6);
		}
		expect(requests.length).toBe(5);
	});

	it('what is sent goes in order, one request at a time, beside the one that listens', async () => {
		const { requests, link, heard } = setup(longPollingTransport);
		await settle();
		link.send('{"n":1}');
		link.send('[{"n":2},{"n":3}]');
		link.send('{"n":4}');
		await settle();
		expect(requests[1]?.frames).toEqual([{ type: 'hello', rooms: false, waitMs: 0 }, { n: 1 }]);
		expect(requests.length).toBe(2);
		requests[1]?.answer(json([{ type: 'ack' }]));
		await settle();
		expect(requests[2]?.frames.slice(1)).toEqual([{ n: 2 }, { n: 3 }, { n: 4 }]);
		expect(heard).toEqual(['[{"type":"ack"}]']);
	});

	it('refresh -> the question is asked anew, once a tick, and at once', async () => {
		const { requests, link, last, clock } = setup(longPollingTransport);
		await settle();
		last().answer(json([]));
		await clock.advance(150);
		link.refresh?.();
		link.wake?.();
		await clock.advance(150);
		expect(requests.map(({ aborted }) => aborted).slice(0, 3)).toEqual([true, true, false]);
		expect(last().frames).toEqual([{ type: 'hello', waitMs: 0 }]);
	});

	it('refresh while an answer is being read -> it is dropped: it would answer the rooms as they were', async () => {
		const { requests, link, heard, last } = setup(longPollingTransport);
		await settle();
		last().answer(json([{ type: 'welcome' }]));
		for (let turn = 0; requests.length === 1; turn++) {
			// Whichever step of reading it falls on.
			await Promise.resolve();
			if (turn === 3) link.refresh?.();
			if (turn > 100) await settle();
		}
		expect(heard).toEqual([]);
		expect(last().frames).toEqual([{ type: 'hello', waitMs: 0 }]);
	});

	const refusals: [string, Response, number, number | undefined][] = [
		[
			'an error frame',
			json(
				{ type: 'error', code: 'unauthenticated', class: 'auth', message: 'who?', fatal: true, closeCode: 4001 },
				{ status: 401 },
			),
			4001,
			0,
		],
		[
			'Retry-After',
			json(
				{ type: 'error', code: 'overloaded', class: 'overload', message: 'full', fatal: true, closeCode: 4102 },
				{ status: 503, headers: { 'retry-after': '7' } },
			),
			4102,
			7_000,
		],
		['a proxy that limits', new Response('slow down', { status: 429, headers: { 'retry-after': '3' } }), 4100, 3_000],
		['a proxy that takes only so much', new Response('', { status: 413 }), 4008, 0],
		['a proxy without a server', new Response('<html>', { status: 502 }), 1006, 0],
		['a sign-in page of a hotel', new Response('<html>', { headers: { 'content-type': 'text/html' } }), 1006, 0],
	];
	it.each(refusals)('%s -> closed as a WebSocket would be', async (_, response, code, retryAfterMs) => {
		const { closes, last } = setup(longPollingTransport);
		await settle();
		last().answer(response);
		await settle();
		expect(closes).toEqual([[code, expect.any(String), retryAfterMs]]);
	});

	it('no answer in time, or no network -> 1006; after that nothing is called', async () => {
		const late = setup(longPollingTransport);
		await late.clock.advance(10_000);
		expect(late.closes).toEqual([[1006, 'The server did not answer in time.', 0]]);
		const cut = setup(longPollingTransport);
		await settle();
		cut.last().fail();
		await settle();
		cut.link.send('{}');
		await settle();
		expect(cut.closes.length).toBe(1);
	});

	it('close -> the question is given up, what was being sent goes on, nobody is called', async () => {
		const { requests, link, heard, closes, clock } = setup(longPollingTransport);
		await settle();
		link.send('{"last":"words"}');
		await settle();
		link.close(1000, '');
		link.close(1000, '');
		await settle();
		expect(requests.map(({ aborted }) => aborted)).toEqual([true, false]);
		requests[1]?.answer(json([{ type: 'ack' }]));
		await clock.advance(60_000);
		expect([heard, closes, requests.length]).toEqual([[], [], 2]);
	});
});

it('rounds that end at once and bring nothing, streams or polls -> ever fewer; a room that is entered waits for none of that', async () => {
	for (const transport of [longPollingTransport, eventStreamTransport]) {
		const { clock, requests, last, link } = setup(transport);
		let answered = 0;
		const answer = async (type: string) => {
			while (requests.length === answered) await clock.advance(25);
			answered = requests.length;
			if (last().path === '/api/poll') return last().answer(json([{ type }]));
			const { says, ends } = stream(last());
			await says(`data: [{"type":"${type}"}]\n\n`);
			await ends();
		};
		for (const until = clock.now() + 60_000; clock.now() < until; ) await answer('welcome');
		expect(requests.length).toBeLessThan(25);
		link.refresh?.();
		await settle();
		expect(requests.length).toBe(answered + 1);
		await answer('welcome');
		await answer('message');
		await clock.advance(150);
		expect(requests.length).toBe(answered + 1);
		link.close(1000, '');
		await settle();
		expect(clock.pending).toBe(0);
	}
});

describe('event stream', () => {
	it('events in pieces become texts; comments and ids are passed over', async () => {
		const { heard, last } = setup(eventStreamTransport);
		await settle();
		expect(last()).toMatchObject({ path: '/api/events', frames: [{ type: 'hello' }] });
		const { says } = stream(last());
		for (const piece of ['retry: 1000\n\n: hello\n\nid: x\nda', 'ta: [1,\ndata: 2]\n', '\ndata:3\r\n\r\n']) await says(piece);
		expect(heard).toEqual(['[1,\n2]', '3']);
	});

	it('silence of less than 45 s is none; after more another stream is opened, and only its silence ends the link', async () => {
		const { clock, closes, last, requests } = setup(eventStreamTransport);
		await settle();
		const { says } = stream(last());
		for (let round = 0; round < 3; round++) {
			await says(`data: ${round}\n\n`);
			await clock.advance(44_000);
		}
		expect(closes).toEqual([]);
		await clock.advance(1_000);
		expect([requests.length, requests[0]?.aborted, closes]).toEqual([2, true, []]);
		await clock.advance(2_500);
		expect(closes).toEqual([[1006, 'The server did not answer in time.', 0]]);
	});

	it('collected on the way: nothing comes for 2.5 s -> 1006, so that another way is tried', async () => {
		const { clock, closes, last } = setup(eventStreamTransport);
		await settle();
		stream(last());
		await clock.advance(2_500);
		expect(closes.map(([code]) => code)).toEqual([1006]);
	});

	it('ended by the server -> opened anew; ended without a word -> 1006', async () => {
		const { clock, requests, closes, last } = setup(eventStreamTransport);
		await settle();
		const first = stream(last());
		await first.says('data: 1\n\n');
		await first.ends();
		await clock.advance(150);
		expect([requests.length, closes]).toEqual([2, []]);
		const second = stream(last());
		await settle();
		await second.ends();
		await settle();
		expect(closes.map(([code]) => code)).toEqual([1006]);
	});

	it('a fatal error in the stream -> closed with its code', async () => {
		const { closes, last } = setup(eventStreamTransport);
		await settle();
		const { says } = stream(last());
		await says(
			'data: [{"type":"error","code":"replaced","class":"replaced","message":"newer","fatal":true,"closeCode":4005}]\n\n',
		);
		expect(closes).toEqual([[4005, 'newer', 0]]);
	});
});
