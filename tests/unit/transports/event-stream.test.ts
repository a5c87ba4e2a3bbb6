/** The event stream against answers that a test writes: pieces, silence, and what collects it on its way. */
import { describe, expect, it } from 'bun:test';
import { eventStreamTransport } from '../../../src/lib/transports/event-stream.ts';
import { settle } from '../../support/fake-clock.ts';
import { setup, stream } from './http-harness.ts';

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
