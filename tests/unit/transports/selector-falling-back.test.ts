/** WebSocket where it gets through, HTTP where it does not: traces of what the selector does. */
import { describe, expect, it } from 'bun:test';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { onHttp, setup, welcome } from './selector-harness.ts';

describe('falling back', () => {
	it('WebSocket answers -> nothing else is tried', async () => {
		const { clock, webSocket, stream, open, heard } = setup();
		const link = open();
		expect(JSON.parse(await webSocket.last.greets())).toMatchObject({ connectionNumber: 1 });
		webSocket.last.says(welcome('1'));
		await clock.advance(60_000);
		expect([stream.links.length, link.transport, heard]).toEqual([0, 'websocket', ['welcome']]);
		expect(link.refresh).toBeUndefined();
	});

	it('upgrade refused -> event stream in the same attempt', async () => {
		const { stream, link, heard, closes } = onHttp();
		expect([link.transport, heard, closes]).toEqual(['event-stream', ['welcome', 'live', 'live'], []]);
		link.send('x');
		expect(stream.last.sent).toEqual(['x']);
		link.refresh?.();
		expect(stream.last.renewed).toBe(1);
	});

	it('WebSocket says nothing for 2.5 s -> HTTP beside it; what comes first carries, the other is closed', async () => {
		for (const winner of ['webSocket', 'stream'] as const) {
			const all = setup();
			const link = all.open();
			await all.clock.advance(2_499);
			expect(all.stream.links.length).toBe(0);
			await all.clock.advance(1);
			all[winner].last.says(welcome('1'));
			expect(link.transport).toBe(all[winner].name);
			expect((winner === 'stream' ? all.webSocket : all.stream).last.closed).toBe(1000);
		}
	});

	it('the event stream brings nothing -> long-polling, and the next attempt begins there', async () => {
		const { webSocket, stream, poll, open, closes } = setup();
		open();
		webSocket.last.ends(1006);
		stream.last.ends(1006, 'buffered');
		poll.last.says(welcome('1'));
		poll.last.ends(1006);
		expect(closes).toEqual([[1006, '']]);
		open();
		webSocket.last.ends(1006);
		expect([stream.links.length, poll.links.length]).toEqual([1, 2]);
	});

	it('a way that was given up took the session -> the end of the other is a cut, not another page', async () => {
		const { clock, webSocket, stream, open, closes } = setup();
		open();
		await webSocket.last.greets();
		await clock.advance(2_500);
		await stream.last.greets();
		webSocket.last.says(welcome('1'));
		webSocket.last.ends(4005, 'replaced');
		expect(closes.map(([code]) => code)).toEqual([1006]);
	});

	it('nothing gets through -> one close, with the last reason', () => {
		const { webSocket, stream, poll, open, closes } = setup();
		open();
		webSocket.last.ends(1006, 'one');
		stream.last.ends(1006, 'two');
		poll.last.ends(1006, 'three');
		expect(closes).toEqual([[1006, 'three']]);
	});

	it('nothing gets through for now -> the pause that was asked for comes along', () => {
		const all = setup();
		const pauses: (number | undefined)[] = [];
		all.transport.open('/api/websocket', {
			greet: async () => () => '',
			message() {},
			close: (_code, _reason, retryAfterMs) => pauses.push(retryAfterMs),
		});
		all.webSocket.last.ends(1006);
		all.stream.last.ends(1006, '503', 7_000);
		all.poll.last.ends(1006, '503', 7_000);
		expect(pauses).toEqual([7_000]);
	});

	it('a refusal is an answer: no other way is tried', () => {
		for (const code of [4001, 4102, 1011]) {
			const { webSocket, stream, open, closes } = setup();
			open();
			webSocket.last.ends(code, 'no');
			expect([closes, stream.links.length]).toEqual([[[code, 'no']], 0]);
		}
	});

	it('where WebSocket has worked, one refusal is a restart of the server, two are a network that blocks it', async () => {
		const { clock, webSocket, stream, open, closes } = setup();
		open();
		webSocket.last.says(welcome('1'));
		await clock.advance(20_000);
		webSocket.last.ends(1006);
		open();
		webSocket.last.ends(1006);
		expect([closes.length, stream.links.length]).toEqual([2, 0]);
		open();
		webSocket.last.ends(1006);
		expect(stream.links.length).toBe(1);
	});

	it('two that die young -> the next attempt begins over HTTP, and still probes', async () => {
		const { clock, webSocket, stream, open } = setup();
		for (let round = 0; round < 2; round++) {
			open();
			webSocket.last.says(welcome('1'));
			await clock.advance(3_000);
			webSocket.last.ends(1006);
		}
		open();
		expect([webSocket.links.length, stream.links.length]).toEqual([2, 1]);
		stream.last.says(welcome('1'));
		await clock.advance(5_000);
		expect(webSocket.links.length).toBe(3);
	});
});

it('an address that nothing can open -> thrown, and nothing goes on behind', async () => {
	const { clock, webSocket, stream, open } = setup();
	webSocket.open = () => {
		throw new TypeError('no address');
	};
	expect(open).toThrow('no address');
	await clock.advance(10_000);
	expect([stream.links.length, clock.pending]).toEqual([0, 0]);
});

it('a clock that was set back does not keep a network blocked for longer than 10 min', () => {
	const storage = new Map([['holdfast.websocket-blocked-until', String(new FakeClock().wall() + 86_400_000)]]);
	const { webSocket, open } = setup({ storage });
	open();
	expect(webSocket.links.length).toBe(1);
});

it('close in any phase -> everything is let go of, nobody is called', async () => {
	for (const phase of ['first', 'both', 'http', 'probe'] as const) {
		const all = phase === 'http' || phase === 'probe' ? onHttp() : { ...setup(), link: null };
		const link = all.link ?? all.open();
		if (phase === 'both') await all.clock.advance(2_500);
		if (phase === 'probe') await all.clock.advance(5_000);
		link.close(1000, '');
		link.close(1000, '');
		await settle();
		for (const each of [...all.webSocket.links, ...all.stream.links]) expect(each.closed).not.toBeNull();
		expect([all.closes, all.clock.pending]).toEqual([[], 0]);
	}
});
