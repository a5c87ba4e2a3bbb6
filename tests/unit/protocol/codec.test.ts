/** Text to frames: what is valid comes through, what is not is told apart frame by frame, and nothing throws. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { decodeClient, decodeServer, encode } from '../../../src/lib/protocol/codec.ts';

const codes = (text: string) => decodeClient(text).map((decoded) => (decoded.ok ? decoded.frame.type : decoded.code));

const welcomeFrame = {
	...{ type: 'welcome', version: 1, session: 's', connection: 'c', user: { id: 'ann', name: 'Ann' }, resumed: false },
	...{ server: { node: 'a', boot: 'b', version: '0' }, heartbeat: { intervalMs: 30_000, timeoutMs: 10_000 } },
	...{ limits: { frameBytes: 65_536, inFlight: 64 }, spreadMs: 0 },
};

describe('decoding', () => {
	it('one frame, an array of frames, an empty array', () => {
		expect(codes('{"type":"ping","at":1}')).toEqual(['ping']);
		expect(codes('[{"type":"ping","at":1},{"type":"pong","at":2}]')).toEqual(['ping', 'pong']);
		expect(codes('[]')).toEqual([]);
	});

	it('the good frames of an array come through beside the bad ones', () => {
		expect(codes('[{"type":"ping","at":1},{"type":"ping"},{"type":"new"},3,[],{"type":"pong","at":1}]')).toEqual([
			'ping',
			'bad-frame',
			'unknown-type',
			'bad-frame',
			'bad-frame',
			'pong',
		]);
	});

	it.each(['', 'x', '{', 'null', '7', '"ping"', '{}', '{"type":7}', '{"type":null}', '[[{"type":"ping","at":1}]]'])(
		'%j is a bad frame',
		(text) => {
			expect(codes(text)).toEqual(['bad-frame']);
		},
	);

	it('what was wrong is named by type and field', () => {
		const [decoded] = decodeClient('{"type":"publish","room":"a","seq":0,"kind":"chat","data":{}}');
		expect(decoded).toMatchObject({ ok: false, message: expect.stringMatching(/^publish: seq: /) });
	});

	it('defaults are filled in, unknown fields left out', () => {
		const [hello] = decodeClient('{"type":"hello","version":1,"client":"a","connectionNumber":1,"extra":1}');
		expect(hello).toEqual({ ok: true, frame: { type: 'hello', version: 1, client: 'a', connectionNumber: 1, rooms: [] } });
		const [ack] = decodeServer('{"type":"ack","room":"a","seq":1,"epoch":"e","offset":1,"at":1}');
		expect(ack).toMatchObject({ ok: true, frame: { duplicate: false } });
	});

	it('a code or an ending of a newer server: taken for the general one, not for nonsense', () => {
		const nack = { type: 'nack', room: 'a', seq: 1, code: 'of-tomorrow', message: 'no', retry: false };
		expect(decodeServer(JSON.stringify(nack))).toMatchObject([{ ok: true, frame: { code: 'server-error', retry: false } }]);
		const previous = { endedBy: 'of-tomorrow', code: 4300 };
		const welcome = { ...welcomeFrame, previous };
		expect(decodeServer(JSON.stringify(welcome))).toMatchObject([{ ok: true, frame: { previous: { endedBy: 'unknown' } } }]);
	});

	it('bounds: seqs, offsets and names', () => {
		const publish = (change: object) => JSON.stringify({ type: 'publish', room: 'a', seq: 1, kind: 'chat', data: {}, ...change });
		expect(codes(publish({}))).toEqual(['publish']);
		for (const seq of [0, -1, 1.5, 2 ** 53, '1', null]) expect(codes(publish({ seq }))).toEqual(['bad-frame']);
		for (const client of ['', 'a b', 'x'.repeat(65), 'ä', 7]) expect(codes(publish({ client }))).toEqual(['bad-frame']);
		for (const kind of ['', 'Chat', '1x', 'x'.repeat(33), '__proto__']) expect(codes(publish({ kind }))).toEqual(['bad-frame']);
		for (const room of ['', ' a', 'a\u2028', '\ud800', 'x'.repeat(129)]) expect(codes(publish({ room }))).toEqual(['bad-frame']);
		const rooms = Array.from({ length: 101 }, (_, n) => ({ room: `r${n}` }));
		const hello = { type: 'hello', version: 1, client: 'a', connectionNumber: 1 };
		expect(codes(JSON.stringify({ ...hello, rooms: rooms.slice(1) }))).toEqual(['hello']);
		expect(codes(JSON.stringify({ ...hello, rooms }))).toEqual(['bad-frame']);
	});

	it('what a client says of its outbox: whole numbers within their bounds, or nothing of it counts', () => {
		const pong = (outbox: unknown) => codes(JSON.stringify({ type: 'pong', at: 1, outbox }));
		const most = { messages: 1_000_000, oldestMs: 2_592_000_000 };
		for (const outbox of [undefined, { messages: 0, oldestMs: 0 }, most]) expect(pong(outbox)).toEqual(['pong']);
		const wrong = [null, [], 7, 'x', {}, { messages: 1 }, { oldestMs: 1 }];
		for (const outbox of wrong) expect(pong(outbox)).toEqual(['bad-frame']);
		for (const number of [-1, 0.5, 2_592_000_001, 1e308, '1', null, true, [1]]) {
			expect(pong({ ...most, messages: number })).toEqual(['bad-frame']);
			expect(pong({ ...most, oldestMs: number })).toEqual(['bad-frame']);
		}
		const hello = { type: 'hello', version: 1, client: 'a', connectionNumber: 1 };
		expect(codes(JSON.stringify({ ...hello, outbox: { messages: 1, oldestMs: -5 } }))).toEqual(['bad-frame']);
		expect(codes(JSON.stringify({ ...hello, outbox: most }))).toEqual(['hello']);
	});

	it('any text and any JSON: an answer for each, never a throw, never a changed prototype', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (text) => {
				for (const decode of [decodeClient, decodeServer])
					for (const decoded of decode(text)) expect(typeof decoded.ok).toBe('boolean');
			}),
			{ numRuns: 500 },
		);
		decodeClient('{"__proto__":{"polluted":1},"type":"signal","room":"a","kind":"x","data":{"__proto__":{"polluted":1}}}');
		expect('polluted' in {}).toBe(false);
		expect(codes('['.repeat(50_000))).toEqual(['bad-frame']);
	});

	it('encoded and decoded again it is the same', () => {
		const room = fc.stringMatching(/^[a-z]{1,9}$/);
		const arbitrary = fc.oneof(
			fc.record({ type: fc.constant('subscribe' as const), room, epoch: fc.constant('e'), offset: fc.nat() }),
			fc.record({
				type: fc.constant('publish' as const),
				room,
				seq: fc.integer({ min: 1 }),
				kind: fc.constant('chat'),
				data: fc.jsonValue(),
			}),
		);
		fc.assert(
			fc.property(fc.array(arbitrary, { minLength: 1, maxLength: 5 }), (frames) => {
				// JSON has no -0: what it makes of a value is what comes out.
				const printed = frames.map((frame) => JSON.parse(JSON.stringify(frame)));
				expect(decodeClient(encode(frames)).map((decoded) => decoded.ok && decoded.frame)).toEqual(printed);
			}),
		);
	});
});
