/** T-32: tens of thousands of broken frames change nothing for who speaks properly, and the process lives on. */
import { afterAll, describe, expect, it } from 'bun:test';
import { decodeServer } from '../../src/lib/protocol/codec.ts';
import { startInProcess } from '../support/in-process.ts';
import { createRandom, type Random } from '../support/random.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';
import { offsetsOf, range } from './rooms.ts';

const FRAMES = Number(process.env.FUZZ_FRAMES ?? 60_000);
const CONNECTIONS = 32;
const BODIES = 4_000;
const seed = Number(process.env.FUZZ_SEED ?? 1);
/** A bound for a run that hangs, in milliseconds: other processes may share the machine. */
const LONGEST = 60_000 + FRAMES;

const rooms = ['fuzz', '__proto__', 'constructor', 'räum 🌊', 'x'.repeat(128), `private-${'a'.repeat(22)}`, '$system:status'];
const numbers = [0, -1, -0, 1.5, 1e308, 2 ** 53, Number.MAX_SAFE_INTEGER, 1e-320];
const cards = ['5', '☕', '', '__proto__', '\u202e', null, 5];
const strings = ['', '\u0000', '\ud800', '\u202e', '🌊'.repeat(500), '__proto__', 'toString', "' OR 1=1 --", '<script>', '-0'];

/** What somebody asks of an estimation. */
function estimation(random: Random): { kind: string; data: unknown } {
	const round = random.between(0, 3);
	return random.pick<() => { kind: string; data: unknown }>([
		() => ({ kind: 'vote', data: { round, value: random.pick(cards) } }),
		() => ({ kind: 'reveal', data: { round } }),
		() => ({ kind: 'reset', data: { round, topic: random.pick(strings) } }),
		() => ({ kind: 'topic', data: { text: random.pick(strings) } }),
		() => ({ kind: 'deck', data: { cards: Array.from({ length: random.between(0, 4) }, () => random.pick(cards)) } }),
		() => ({ kind: 'auto-reveal', data: { on: random.pick([true, false, 1, null]) } }),
	])();
}

function frame(random: Random): Record<string, unknown> {
	const room = random.pick(rooms);
	const make = random.pick([
		() => ({ type: 'hello', version: 1, client: 'fuzz', connectionNumber: random.between(1, 99), rooms: [{ room }] }),
		() => ({ type: 'publish', room, seq: random.between(1, 9), kind: 'chat', data: { text: random.pick(strings) } }),
		() => ({ type: 'publish', room, seq: random.between(1, 9), kind: 'chat', data: { text: 'x' }, client: random.pick(strings) }),
		() => ({ type: 'publish', room, seq: random.between(1, 9), ...estimation(random) }),
		() => ({ type: 'publish', room, seq: random.between(1, 9), ...estimation(random) }),
		() => ({ type: 'subscribe', room, epoch: random.pick(strings), offset: random.between(0, 9) }),
		() => ({ type: 'subscribe', room, state: random.pick(numbers), presence: random.between(0, 9) }),
		() => ({ type: 'unsubscribe', room }),
		() => ({ type: 'history', room, before: random.between(1, 99), limit: random.between(1, 99) }),
		() => ({ type: 'signal', room, kind: 'typing', data: { on: true } }),
		() => ({ type: 'ping', at: random() }),
		() => ({ type: 'pong', at: random(), outbox: { messages: random.pick(numbers), oldestMs: random.between(0, 9_999) } }),
		() => ({ type: 'auth', token: random.pick(strings) }),
	]);
	return make();
}

function value(random: Random): unknown {
	return random.pick<() => unknown>([
		() => random.pick(numbers),
		() => random.pick(strings),
		() => random.pick([null, true, [], {}, [[[[]]]]]),
		() => Array.from({ length: random.between(0, 200) }, () => random.pick(numbers)),
		() => frame(random),
		() => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
	])();
}

/** One text of the fuzzer: mostly near misses, which get furthest. */
function mutate(random: Random): string {
	const good = frame(random);
	const keys = Object.keys(good);
	const text = () => JSON.stringify(good);
	const at = (whole: string) => random.between(0, whole.length - 1);
	return random.pick<() => string>([
		text,
		() => JSON.stringify({ ...good, [random.pick(keys)]: value(random) }),
		() => JSON.stringify(Object.fromEntries(Object.entries(good).filter(([key]) => key !== random.pick(keys)))),
		() =>
			JSON.stringify(Array.from({ length: random.between(0, 4) }, () => (random.chance(0.5) ? frame(random) : value(random)))),
		() => text().slice(0, at(text())),
		() => text().slice(at(text())),
		() => text().replace(/[a-z]/g, (letter) => (random.chance(0.05) ? String.fromCharCode(random.between(1, 0x2fff)) : letter)),
		() => text().replace('{', '{"__proto__":{"polluted":true},'),
		() => text().replace(/\d+/, random.pick(['1e999', '-1e999', '9'.repeat(300), '0x10', 'NaN', '1e-999', '00'])),
		() => `${random.pick(['[', '{"a":', '[{"type":'])}`.repeat(random.between(1, 5_000)),
		() => `{"type":"signal","room":"fuzz","kind":"deep","data":${'['.repeat(2_000)}${']'.repeat(2_000)}}`,
		() => JSON.stringify(value(random)),
		() => random.pick(strings),
	])();
}

describe('fuzzing', () => {
	afterAll(() => {
		Reflect.deleteProperty(Object.prototype, 'polluted');
	});

	it(
		`T-32 ${FRAMES} mutated frames over ${CONNECTIONS} connections (seed ${seed})`,
		async () => {
			const server = await startInProcess({ env: { MAX_CONNECTIONS: '0', MAX_CONNECTIONS_PER_USER: '0' } });
			const cookie = await server.cookie('Fuzzer');
			const [ann, bob] = [await server.peer('Ann', { deadlineMs: 15_000 }), await server.peer('Bob', { deadlineMs: 15_000 })];
			for (const peer of [ann, bob]) await peer.hello({ rooms: ['conversation'] });

			let sent = 0;
			let connections = 0;
			async function fuzz(random: Random) {
				while (sent < FRAMES) {
					const peer = new RawPeer(server.url, { cookie, client: `fuzz-${random.between(1, 9)}` });
					await peer.opened;
					connections += 1;
					if (random.chance(0.9)) peer.send(peer.greeting({ connectionNumber: connections, rooms: ['fuzz'] }));
					for (let round = 0; peer.isOpen && sent < FRAMES; round++) {
						const burst = random.between(1, 14);
						for (let n = 0; n < burst; n++) peer.send(mutate(random));
						sent += burst;
						if (random.chance(0.02)) break;
						// The server has read them, or closed: few are thrown at a closed door.
						peer.send({ type: 'ping', at: round });
						await peer.next('pong', ({ at }) => at === round).catch(() => {});
					}
					peer.terminate();
					await peer.closed;
				}
			}
			async function converse() {
				let said = 0;
				while (sent < FRAMES) {
					await (said % 2 ? ann : bob).publish('conversation', `line ${++said}`);
				}
				return said;
			}
			const root = createRandom(seed);
			const fuzzers = range(1, CONNECTIONS).map((n) => fuzz(root.fork(`fuzzer ${n}`)));
			const [said] = await Promise.all([converse(), ...fuzzers]);

			expect(sent).toBeGreaterThanOrEqual(FRAMES);
			expect(connections).toBeGreaterThan(CONNECTIONS);
			for (const peer of [ann, bob]) {
				if (!offsetsOf(peer, 'conversation').includes(said)) await peer.next('message', ({ offset }) => offset === said);
				expect(offsetsOf(peer, 'conversation')).toEqual(range(1, said));
				expect(peer.isOpen).toBe(true);
			}
			expect('polluted' in {}).toBe(false);
			// And somebody new is served as ever.
			const late = await server.peer('Late');
			await late.hello({ rooms: ['conversation', 'fuzz'] });
			expect(await late.publish('conversation', 'good night')).toMatchObject({ type: 'ack', offset: said + 1 });
			await server.close();
		},
		LONGEST,
	);

	it(
		`${BODIES} mutated bodies over HTTP (seed ${seed})`,
		async () => {
			const server = await startInProcess({ env: { MAX_CONNECTIONS: '0', MAX_CONNECTIONS_PER_USER: '0' } });
			const cookie = await server.cookie('Fuzzer');
			const ann = await server.peer('Ann');
			await ann.hello({ rooms: ['conversation'] });
			const random = createRandom(seed);
			const statuses = new Map<number, number>();
			for (let batch = 0; batch < BODIES / CONNECTIONS; batch++) {
				await Promise.all(
					range(1, CONNECTIONS).map(async (n) => {
						const hello = { type: 'hello', version: 1, client: `fuzz-${n}`, connectionNumber: 1, rooms: [{ room: 'fuzz' }] };
						const inner = range(1, random.between(0, 4)).map(() => mutate(random));
						const body = random.chance(0.8) ? `[${[JSON.stringify(hello), ...inner].join()}]` : mutate(random);
						const path = random.pick(['poll', 'poll', 'poll', 'events']);
						const query =
							path === 'events' && random.chance(0.5) ? `?hello=${Buffer.from(body.slice(0, 4_000)).toString('base64url')}` : '';
						const response = await fetch(`${server.url}/api/${path}${query}`, {
							...(query === '' && { method: 'POST', body }),
							headers: { cookie, 'last-event-id': Buffer.from(mutate(random).slice(0, 2_000)).toString('base64url') },
						});
						statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
						if (path === 'events' && response.ok) await response.body?.cancel();
						else for (const decoded of decodeServer(await response.text())) expect(decoded.ok).toBe(true);
					}),
				);
				await ann.publish('conversation', `line ${batch + 1}`);
			}
			expect([...statuses.keys()].filter((status) => ![200, 400, 409, 413, 426].includes(status))).toEqual([]);
			for (const status of [200, 400]) expect(statuses.get(status)).toBeGreaterThan(BODIES / 10);
			await until(() => server.realtime.counts().connections === 1);
			expect(server.realtime.counts()).toMatchObject({ rooms: 1, topics: 0 });
			expect(server.realtime.incidents().errors.byCause['server-error']).toBeUndefined();
			expect('polluted' in {}).toBe(false);
			await server.close();
		},
		LONGEST,
	);
});
