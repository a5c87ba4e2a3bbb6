/** T-63: JSON as nobody means it, in every frame and body: each is answered for what it is, and nothing else is changed by it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'bun:test';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { helloOf, poll } from '../support/poll.ts';
import { RawPeer } from '../support/raw-peer.ts';

let server: InProcess;
beforeAll(async () => {
	server = await startInProcess({ env: { MAX_CONNECTIONS_PER_USER: '0', ADMIN_TOKEN: 'a-token-for-the-operator' } });
});
afterAll(() => server.close());
afterEach(() => {
	expect('polluted' in {}).toBe(false);
	expect(server.realtime.incidents().errors.byKind.failure ?? 0).toBe(0);
});

/** One frame of each type, as text with a place for whatever comes. */
const frames: Record<string, string> = {
	hello: '{"type":"hello","version":1,"client":"c","connectionNumber":9,"rooms":[{"room":"lobby"}],"lastClose":?}',
	subscribe: '{"type":"subscribe","room":"lobby","epoch":?}',
	unsubscribe: '{"type":"unsubscribe","room":?}',
	publish: '{"type":"publish","room":"lobby","seq":1,"kind":"chat","data":?}',
	vote: '{"type":"publish","room":"lobby","seq":1,"kind":"vote","data":{"round":1,"value":?}}',
	reveal: '{"type":"publish","room":"lobby","seq":1,"kind":"reveal","data":{"round":?}}',
	reset: '{"type":"publish","room":"lobby","seq":1,"kind":"reset","data":{"round":1,"topic":?}}',
	topic: '{"type":"publish","room":"lobby","seq":1,"kind":"topic","data":{"text":?}}',
	deck: '{"type":"publish","room":"lobby","seq":1,"kind":"deck","data":{"cards":?}}',
	'auto-reveal': '{"type":"publish","room":"lobby","seq":1,"kind":"auto-reveal","data":{"on":?}}',
	history: '{"type":"history","room":"lobby","before":?}',
	signal: '{"type":"signal","room":"lobby","kind":"typing","data":?}',
	ping: '{"type":"ping","at":?}',
	pong: '{"type":"pong","at":1,"outbox":?}',
	auth: '{"type":"auth","token":?}',
};
const nested = (opening: string, closing: string, levels: number) => opening.repeat(levels) + closing.repeat(levels);
const corpus: Record<string, string> = {
	__proto__: '{"__proto__":{"polluted":true},"text":"x"}',
	'a constructor': '{"constructor":{"prototype":{"polluted":true}},"text":"x"}',
	'__proto__ twice': '{"a":{"__proto__":{"polluted":true}},"__proto__":[{"polluted":true}]}',
	'a number beyond all': '1e400',
	'its negative': '-1e400',
	'half a character': '"\\ud800"',
	'the other half': '{"text":"\\udc00\\ud800"}',
	'a zero byte': '{"text":"\\u0000"}',
	'30 000 arrays within each other': nested('[', ']', 30_000),
	'10 000 objects within each other': `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
	'7 000 keys': `{${Array.from({ length: 7_000 }, (_, n) => `"${n}":1`).join()}}`,
	'60 000 digits': '9'.repeat(60_000),
	'10 000 zeros': `[${'0,'.repeat(9_999)}0]`,
	'the same key a thousand times': `{${'"text":"x",'.repeat(999)}"text":"x"}`,
	'a toJSON': '{"toJSON":"x","valueOf":1,"toString":null,"then":1}',
	nothing: '',
};

describe.each(Object.entries(frames))('T-63 S15 S16 %s', (type, frame) => {
	it('with each of the corpus, over WebSocket -> an answer or an error, and the next is served', async () => {
		const cookie = await server.cookie('Mallory');
		for (const [name, value] of Object.entries(corpus)) {
			const peer = new RawPeer(server.url, { cookie });
			await peer.opened;
			if (type !== 'hello') await peer.hello();
			peer.send(
				frame.replace('?', () => value),
				{ type: 'ping', at: 1 },
			);
			peer.send(frame.replace('?', () => value));
			if (type === 'hello') peer.send(peer.greeting({ connectionNumber: 10 }));
			peer.send({ type: 'ping', at: 7 });
			const answered = peer
				.next('pong', ({ at }) => at === 7)
				.then(
					() => true,
					() => false,
				);
			expect(await answered, `${name}: ${peer.frames.length} frames`).toBe(true);
			peer.terminate();
		}
	});

	it('with each of the corpus, in a body -> 200 or an error of the request', async () => {
		const cookie = await server.cookie('Mallory');
		for (const [name, value] of Object.entries(corpus)) {
			const hello = JSON.stringify(helloOf(crypto.randomUUID()));
			const { status } = await poll(server.url, `[${hello},${frame.replace('?', () => value)}]`, { cookie });
			expect([200, 400, 413], name).toContain(status);
		}
	});
});

describe('T-63 S15 S16 a body', () => {
	it.each([
		['POST', 'identity', '{"name":?}'],
		['POST', 'identity', '?'],
		['POST', 'websocket/session', '{"token":?}'],
		['POST', 'rooms', '{"title":?}'],
		['POST', 'room/invites', '{"expiresInMs":?}'],
		['POST', 'invites/x', '?'],
		['POST', 'events', '?'],
	])('%s /api/%s %s with each of the corpus -> no failure of ours', async (method, path, body) => {
		const cookie = await server.cookie('Mallory');
		for (const [name, value] of Object.entries(corpus)) {
			const { status } = await fetch(`${server.url}/api/${path}`, {
				method,
				body: body.replace('?', () => value),
				headers: { cookie },
			});
			expect(status < 500, `${name} -> ${status}`).toBe(true);
		}
	});
});
