/** What `POST /api/poll` turns away, by which status and close code; and who may read its answers, in which encoding. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { helloOf, type PollAnswer, type PollOptions, poll } from '../support/poll.ts';
import { until } from '../support/until.ts';
import { gate, openFaultyLog } from './faulty-log.ts';
import { range } from './rooms.ts';

let server: InProcess;
let ann: PollOptions;
const clock = new FakeClock();
beforeAll(async () => {
	server = await startInProcess({ clock });
	ann = { cookie: await server.cookie('Ann') };
});
afterAll(() => server.close());

const id = () => crypto.randomUUID();
const chat = (room: string, seq: number, text = `number ${seq}`) => ({
	type: 'publish',
	room,
	seq,
	kind: 'chat',
	data: { text },
});
const ask = (frames: object[], options: PollOptions = ann) => poll(server.url, frames, options);

describe('refusals', () => {
	const refused = ({ status, frames }: PollAnswer) => [
		status,
		frames.length === 1 && frames[0]?.type === 'error' ? frames[0].closeCode : frames,
	];

	it.each([
		['', 400, 4002],
		['no json', 400, 4002],
		['7', 400, 4002],
		['[null]', 400, 4002],
		['[]', 400, 4000],
		['{}', 400, 4002],
		['[{"type":"ping","at":1}]', 400, 4000],
		['[{"type":"hello"}]', 400, 4002],
		['[{"type":"tomorrow"}]', 400, 4000],
		[JSON.stringify([helloOf('a', { version: 2 })]), 426, 4009],
		[JSON.stringify([helloOf('b'), 1, 2, 3]), 400, 4002],
		[JSON.stringify([helloOf('c'), { type: 'ping', at: 1, pad: 'x'.repeat(65_536) }]), 413, 4008],
		['x'.repeat(1_048_577), 413, 4008],
	])('%.60s -> %d, closeCode %d', async (body, status, closeCode) => {
		expect(refused(await poll(server.url, body, ann))).toEqual([status, closeCode]);
	});

	it('no identity or a forged one -> 401, before the body is looked at; other methods -> 405', async () => {
		expect(refused(await poll(server.url, 'x', {}))).toEqual([401, 4001]);
		expect(refused(await poll(server.url, 'x', { cookie: `${ann.cookie}x` }))).toEqual([401, 4001]);
		const method = await fetch(`${server.url}/api/poll`);
		expect([method.status, method.headers.get('cache-control')]).toEqual([405, 'no-store, no-transform']);
		expect((await fetch(`${server.url}/api/events`, { method: 'PUT' })).status).toBe(405);
	});

	it.each([
		['https://evil.example', false],
		['null', false],
		['http://127.0.0.1', false],
		['own', true],
		['https://friend.example', true],
	])('Origin %s may: %p, and may read the answer, for which the own one needs no leave', async (origin, may) => {
		const open = await startInProcess({ clock, env: { ALLOWED_ORIGINS: 'https://friend.example' } });
		const headers = { origin: origin === 'own' ? open.url : origin };
		const answer = await poll(open.url, [helloOf(id())], { cookie: await open.cookie('Ann'), headers });
		expect(answer.status).toBe(may ? 200 : 403);
		const told = may && origin !== 'own' ? headers.origin : null;
		expect(answer.headers.get('access-control-allow-origin')).toBe(told);
		const preflight = await fetch(`${open.url}/api/events`, { method: 'OPTIONS', headers });
		expect(preflight.headers.get('access-control-allow-origin')).toBe(told);
		await open.close();
	});

	it.each([
		['cross-site', 403],
		['same-site', 403],
		['same-origin', 200],
		['none', 200],
	])('a browser that asks for a page %s, without an Origin as an image would -> %d', async (site, status) => {
		const headers = { cookie: ann.cookie ?? '', 'sec-fetch-site': site };
		const hello = Buffer.from(JSON.stringify(helloOf(id()))).toString('base64url');
		for (const path of ['/api/ticket', `/api/events?hello=${hello}`]) {
			const answer = await fetch(server.url + path, { headers });
			expect([path, answer.status]).toEqual([path, status]);
			await answer.body?.cancel();
		}
		await until(() => server.realtime.counts().connections === 0);
	});

	it('a server that is about to stop -> whoever comes now is told to come again, over each way', async () => {
		const folder = temporaryFolder();
		const log = await openFaultyLog(folder.path);
		const stopping = await startInProcess({ clock, log, dataDir: folder.path });
		const cookie = await stopping.cookie('Ann');
		const { opened, open } = gate();
		log.before.append = () => opened;
		const speaker = await stopping.peer('Ann');
		await speaker.hello({});
		speaker.send(speaker.message('lobby', 'last words'));
		await until(() => log.batches === 1);
		const stopped = stopping.close();
		const late = await stopping.peer('Ann');
		expect(await late.closed).toMatchObject({ code: 1012 });
		expect(refused(await poll(stopping.url, [helloOf('late')], { cookie }))).toEqual([503, 1012]);
		open();
		expect(await speaker.next('ack')).toMatchObject({ seq: 1 });
		await stopped;
		folder.remove();
	});

	it('a full server -> 503, too many of a person or too fast -> 429, with Retry-After; what does not wait passes', async () => {
		const full = await startInProcess({ clock, env: { MAX_CONNECTIONS: '1' } });
		const cookie = await full.cookie('Ann');
		const waiting = poll(full.url, [helloOf('first', { waitMs: 25_000 })], { cookie });
		await until(() => full.realtime.counts().connections === 1);
		const second = await poll(full.url, [helloOf('second', { waitMs: 25_000 })], { cookie });
		expect(refused(second)).toEqual([503, 4102]);
		expect(second.headers.get('retry-after')).toBe('5');
		expect((await poll(full.url, [helloOf('second')], { cookie })).status).toBe(200);
		// The same client takes its own place.
		const again = poll(full.url, [helloOf('first', { waitMs: 25_000 })], { cookie });
		expect((await waiting).text).toBe('[]');
		await full.close();
		expect(refused(await again)).toEqual([503, 1012]);

		const fast = await startInProcess({ clock, env: { RATE_LIMIT_REQUESTS_PER_SECOND: '1', RATE_LIMIT_REQUESTS_BURST: '3' } });
		const bob = { cookie: await fast.cookie('Bob') }; // takes one of the address
		const statuses: number[] = [];
		for (let n = 0; n < 5; n++) statuses.push((await poll(fast.url, [helloOf('known')], bob)).status);
		expect(statuses).toEqual([200, 200, 200, 200, 429]); // one of the address, three of its own
		const limited = await poll(fast.url, [helloOf('known')], bob);
		expect([refused(limited), limited.headers.get('retry-after')]).toEqual([[429, 4100], '1']);
		expect((await poll(fast.url, [helloOf('other')], bob)).status).toBe(200);
		expect((await poll(fast.url, [helloOf('third')], bob)).status).toBe(429);
		await fast.close();
	});

	it('a long answer is compressed where the client takes it', async () => {
		const room = id();
		await ask([helloOf(id()), ...range(1, 40).map((n) => chat(room, n))]);
		for (const encoding of ['br', 'gzip']) {
			const { headers, types } = await ask([helloOf(id(), { rooms: [room] })], {
				...ann,
				headers: { 'accept-encoding': encoding },
			});
			expect(headers.get('vary')).toContain('accept-encoding');
			expect(types).toHaveLength(43);
		}
		const raw = await fetch(`${server.url}/api/poll`, {
			method: 'POST',
			body: JSON.stringify([helloOf(id(), { rooms: [room] })]),
			headers: { cookie: ann.cookie ?? '', 'accept-encoding': 'gzip' },
			decompress: false,
		});
		expect(raw.headers.get('content-encoding')).toBe('gzip');
		expect((await raw.bytes()).length).toBeLessThan(2_000);
	});
});
