/** WebSocket where it gets through, HTTP where it does not, and back: traces of what the selector does. */
import { describe, expect, it } from 'bun:test';
import { selectorTransport } from '../../../src/lib/transports/selector.ts';
import type { Notice } from '../../../src/lib/transports/transport.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { ScriptedTransport } from '../../support/scripted-transport.ts';

const welcome = (connection: string) => ({ type: 'welcome', connection });
const live = (room: string) => ({ type: 'live', room, offset: 0 });

function setup({ rooms = ['a', 'b'], storage = new Map<string, string>() } = {}) {
	const clock = new FakeClock();
	clock.chance = 0;
	const webSocket = new ScriptedTransport('websocket');
	const stream = new ScriptedTransport('event-stream');
	const poll = new ScriptedTransport('long-polling');
	const transport = selectorTransport({
		clock,
		webSocket,
		fallbacks: [stream, poll],
		storage: {
			getItem: (key) => storage.get(key) ?? null,
			setItem: (key, value) => storage.set(key, value),
			removeItem: (key) => storage.delete(key),
		},
	});
	const heard: string[] = [];
	const closes: [number, string][] = [];
	const notices: Notice[] = [];
	let greetings = 0;
	const open = () =>
		transport.open('/api/websocket', {
			async greet() {
				greetings += 1;
				const number = greetings;
				return () => JSON.stringify({ type: 'hello', connectionNumber: number, rooms: rooms.map((room) => ({ room })) });
			},
			message: (text) => heard.push(...(JSON.parse(text).map?.(({ type }: { type: string }) => type) ?? [JSON.parse(text).type])),
			close: (code, reason) => closes.push([code, reason]),
			notice: (notice) => notices.push(notice),
		});
	return { clock, webSocket, stream, poll, transport, open, heard, closes, notices, rooms, storage };
}

/** On HTTP, over the event stream, after a WebSocket that was refused. */
function onHttp(options: Parameters<typeof setup>[0] = {}) {
	const all = setup(options);
	const link = all.open();
	all.webSocket.last.ends(1006);
	all.stream.last.says(welcome('http'), live('a'), live('b'));
	return { ...all, link };
}

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
