/** The transports over HTTP against answers that a test writes: time limits, refusals, and what lies between a page and its server. */
import { describe, expect, it } from 'bun:test';
import { eventStreamTransport } from '../../../src/lib/transports/event-stream.ts';
import { longPollingTransport } from '../../../src/lib/transports/long-polling.ts';
import { settle } from '../../support/fake-clock.ts';
import { json, setup, stream } from './http-harness.ts';

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
