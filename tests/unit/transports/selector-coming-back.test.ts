/** From HTTP back to WebSocket: traces of what the selector does. */
import { describe, expect, it } from 'bun:test';
import { FakeClock } from '../../support/fake-clock.ts';
import { live, onHttp, setup, welcome } from './selector-harness.ts';

describe('coming back', () => {
	it('probes after 5 s, doubling to 60 s', async () => {
		const { clock, webSocket } = onHttp();
		const at: number[] = [];
		const begin = clock.now();
		for (let probes = 0; probes < 6; ) {
			await clock.advance(500);
			if (webSocket.links.length === probes + 1) continue;
			probes += 1;
			at.push(clock.now() - begin);
			webSocket.last.ends(1006);
		}
		expect(at).toEqual([5_000, 15_000, 35_000, 75_000, 135_000, 195_000]);
	});

	it('T-17: opens and greets beside what carries -> moves when every room is live, not before', async () => {
		const { clock, webSocket, stream, link, heard, closes, notices } = onHttp();
		await clock.advance(5_000);
		const probe = webSocket.last;
		expect(JSON.parse(await probe.greets())).toMatchObject({ connectionNumber: 1 });
		probe.says(welcome('ws'), { type: 'subscribed', room: 'a' }, live('a'), { type: 'subscribed', room: 'b' });
		stream.last.says({ type: 'message', room: 'a' });
		link.send('over HTTP still');
		expect([link.transport, stream.last.closed, stream.last.sent]).toEqual(['event-stream', null, ['over HTTP still']]);
		heard.length = 0;
		probe.says({ type: 'message', room: 'b' }, live('b'));
		expect(heard).toEqual(['message', 'live', 'welcome']);
		expect([link.transport, stream.last.closed]).toEqual(['websocket', 1000]);
		link.send('over WebSocket');
		expect(probe.sent).toEqual(['over WebSocket']);
		probe.ends(1006, 'cut');
		expect(closes).toEqual([[1006, 'cut']]);
		expect(notices.filter(({ type }) => type === 'carries').map(({ transport }) => transport)).toEqual([
			'event-stream',
			'websocket',
		]);
	});

	it('without rooms the welcome is enough', async () => {
		const { clock, webSocket, link } = onHttp({ rooms: [] });
		await clock.advance(5_000);
		await webSocket.last.greets();
		webSocket.last.says(welcome('ws'));
		expect(link.transport).toBe('websocket');
	});

	it('… and its word of that comes before the welcome', async () => {
		const { clock, webSocket, stream, link, closes } = onHttp();
		await clock.advance(5_000);
		await webSocket.last.greets();
		stream.last.ends(4005, 'replaced');
		webSocket.last.says(welcome('ws'), live('a'), live('b'));
		expect([link.transport, closes]).toEqual(['websocket', []]);
	});

	it('the server gives the session to the probe first -> the end of HTTP is none', async () => {
		const { clock, webSocket, stream, link, closes } = onHttp();
		await clock.advance(5_000);
		await webSocket.last.greets();
		webSocket.last.says(welcome('ws'), live('a'));
		stream.last.ends(4005, 'replaced');
		expect(closes).toEqual([]);
		webSocket.last.says(live('b'));
		expect([link.transport, closes]).toEqual(['websocket', []]);
	});

	it('… and where that probe fails, its end is the one that counts', async () => {
		const { clock, webSocket, stream, closes } = onHttp();
		await clock.advance(5_000);
		await webSocket.last.greets();
		webSocket.last.says(welcome('ws'), live('a'));
		stream.last.ends(4005, 'replaced');
		webSocket.last.ends(1006, 'cut');
		expect(closes).toEqual([[1006, 'cut']]);
	});

	it('a probe that is gone got the session unheard -> the end of HTTP is a cut, not another page', async () => {
		const { clock, webSocket, stream, closes } = onHttp();
		await stream.last.greets();
		await clock.advance(5_000);
		await webSocket.last.greets();
		webSocket.last.ends(1006);
		stream.last.ends(4005, 'replaced');
		expect(closes.map(([code]) => code)).toEqual([1006]);
		const other = onHttp();
		other.stream.last.ends(4005, 'replaced');
		expect(other.closes).toEqual([[4005, 'replaced']]);
	});

	it('a probe took the session and was given up before its welcome came -> a drop like any other: nobody else has come', async () => {
		const { webSocket, stream, link, rooms, closes } = onHttp();
		await stream.last.greets();
		link.wake?.();
		await webSocket.last.greets();
		rooms.push('c');
		link.refresh?.();
		stream.last.ends(4005, 'replaced');
		expect(closes).toEqual([]);
		webSocket.last.ends(1006);
		expect(closes.map(([code]) => code)).toEqual([1006]);
	});

	it('replaced by somebody else -> the end', async () => {
		const { webSocket, stream, open, closes } = setup();
		open();
		webSocket.last.ends(1006);
		await stream.last.greets();
		stream.last.says(welcome('http'));
		stream.last.ends(4005, 'replaced');
		expect(closes).toEqual([[4005, 'replaced']]);
	});

	it('a WebSocket whose greeting came after that over HTTP is refused -> HTTP goes on', async () => {
		const { clock, webSocket, stream, open, closes } = setup();
		const link = open();
		await webSocket.last.greets();
		await clock.advance(2_500);
		await stream.last.greets();
		webSocket.last.ends(4005, 'replaced');
		stream.last.says(welcome('http'));
		expect([closes, link.transport]).toEqual([[], 'event-stream']);
	});

	it('a probe that does not get live in 10 s is given up', async () => {
		const { clock, webSocket, link, closes } = onHttp();
		await clock.advance(5_000);
		await webSocket.last.greets();
		webSocket.last.says(welcome('ws'), live('a'));
		await clock.advance(10_000);
		expect([webSocket.last.closed, link.transport, closes]).toEqual([1000, 'event-stream', []]);
		await clock.advance(10_000);
		expect(webSocket.links.length).toBe(3);
	});

	it('another room meanwhile -> the probe begins again, with that room', async () => {
		const { clock, webSocket, link, rooms } = onHttp();
		await clock.advance(5_000);
		await webSocket.last.greets();
		const first = webSocket.last;
		rooms.push('c');
		link.refresh?.();
		expect(first.closed).toBe(1000);
		await webSocket.last.greets();
		webSocket.last.says(welcome('ws'), live('a'), live('b'));
		expect(link.transport).toBe('event-stream');
		webSocket.last.says(live('c'));
		expect(link.transport).toBe('websocket');
	});

	it('woken -> probes at once, and once', async () => {
		const { webSocket, stream, link } = onHttp();
		link.wake?.();
		link.wake?.();
		expect([webSocket.links.length, stream.last.renewed]).toEqual([2, 2]);
	});

	it('a blocked network is remembered for 10 min, across a reload, and forgotten with the network', async () => {
		const { clock, webSocket, storage, link } = onHttp();
		await clock.advance(5_000);
		webSocket.last.ends(1006);
		link.close(1000, '');
		const reloaded = setup({ storage });
		reloaded.open();
		expect([reloaded.webSocket.links.length, reloaded.stream.links.length]).toEqual([0, 1]);
		reloaded.transport.networkChanged?.();
		reloaded.open();
		expect(reloaded.webSocket.links.length).toBe(1);
		const later = setup({ storage: new Map([['holdfast.websocket-blocked-until', String(new FakeClock().wall() - 1)]]) });
		later.open();
		expect(later.webSocket.links.length).toBe(1);
	});

	it('back on WebSocket for 10 s -> after a reload it is tried first again; not before', async () => {
		const { clock, webSocket, link, storage } = onHttp({ rooms: [] });
		await clock.advance(5_000);
		webSocket.last.ends(1006);
		await clock.advance(10_000);
		await webSocket.last.greets();
		webSocket.last.says(welcome('ws'));
		expect(link.transport).toBe('websocket');
		const first = async (ms: number) => {
			const reloaded = setup({ storage });
			await reloaded.clock.advance(15_000 + ms);
			reloaded.open();
			return reloaded.webSocket.links.length > 0 ? 'websocket' : 'http';
		};
		expect([await first(9_000), await first(11_000)]).toEqual(['http', 'websocket']);
	});

	it('a blocked network where HTTP fails too -> WebSocket after all', () => {
		const storage = new Map([['holdfast.websocket-blocked-until', String(new FakeClock().wall() + 60_000)]]);
		const { webSocket, stream, poll, open, closes } = setup({ storage });
		open();
		stream.last.ends(1006);
		poll.last.ends(1006);
		webSocket.last.ends(1006, 'last');
		expect(closes).toEqual([[1006, 'last']]);
	});
});

it('a probe that greeted and failed -> the request that listens is made anew: answers to rooms may have gone with it', async () => {
	const { clock, webSocket, stream } = onHttp();
	await clock.advance(5_000);
	webSocket.last.ends(1006);
	expect(stream.last.renewed).toBe(0);
	await clock.advance(10_000);
	await webSocket.last.greets();
	webSocket.last.ends(1006);
	expect(stream.last.renewed).toBe(1);
});

describe('a probe that is refused', () => {
	const refusal = { type: 'error', code: 'rate-limited', class: 'rate-limit', message: 'no', fatal: true, retryAfterMs: 30_000 };

	it('its own refusal is not told: it would be taken for that of the link which carries', async () => {
		const { clock, webSocket, heard, link, closes } = onHttp();
		await clock.advance(5_000);
		heard.length = 0;
		webSocket.last.says(refusal);
		webSocket.last.ends(4100, 'no');
		expect([heard, link.transport, closes]).toEqual([[], 'event-stream', []]);
	});

	it('an answer is no blocked network; the pause that was asked for is kept', async () => {
		const { clock, webSocket, storage } = onHttp();
		await clock.advance(5_000);
		webSocket.last.ends(4100, 'no', 30_000);
		expect(storage.size).toBe(0);
		await clock.advance(29_999);
		expect(webSocket.links.length).toBe(2);
		await clock.advance(1);
		expect(webSocket.links.length).toBe(3);
	});
});
